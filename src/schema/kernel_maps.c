/* SPDX-License-Identifier: MIT */
/* Sources: the public headers wdm.h, evntrace.h and winnt.h; names as in the documentation of the
 * classes, and in hand-written tools where that is silent. */
#include "schema/kernel_maps.h"

#include "tdh.h"

static const struct etw_map_entry thread_states[] = {
    {0, "Initialized"}, {1, "Ready"},
    {2, "Running"},     {3, "Standby"},
    {4, "Terminated"},  {5, "Waiting"},
    {6, "Transition"},  {7, "DeferredReady"},
    {8, "GateWait"},    {9, "WaitingForProcessInSwap"},
};

static const struct etw_map_entry wait_reasons[] = {
    {0, "Executive"},         {1, "FreePage"},           {2, "PageIn"},
    {3, "PoolAllocation"},    {4, "DelayExecution"},     {5, "Suspended"},
    {6, "UserRequest"},       {7, "WrExecutive"},        {8, "WrFreePage"},
    {9, "WrPageIn"},          {10, "WrPoolAllocation"},  {11, "WrDelayExecution"},
    {12, "WrSuspended"},      {13, "WrUserRequest"},     {14, "WrEventPair"},
    {15, "WrQueue"},          {16, "WrLpcReceive"},      {17, "WrLpcReply"},
    {18, "WrVirtualMemory"},  {19, "WrPageOut"},         {20, "WrRendezvous"},
    {21, "WrKeyedEvent"},     {22, "WrTerminated"},      {23, "WrProcessInSwap"},
    {24, "WrCpuRateControl"}, {25, "WrCalloutStack"},    {26, "WrKernel"},
    {27, "WrResource"},       {28, "WrPushLock"},        {29, "WrMutex"},
    {30, "WrQuantumEnd"},     {31, "WrDispatchInt"},     {32, "WrPreempted"},
    {33, "WrYieldExecution"}, {34, "WrFastMutex"},       {35, "WrGuardedMutex"},
    {36, "WrRundown"},        {37, "WrAlertByThreadId"}, {38, "WrDeferredPreempt"},
    {39, "WrPhysicalFault"},
};

static const struct etw_map_entry wait_modes[] = {{0, "KernelMode"}, {1, "UserMode"}};

static const struct etw_map_entry adjust_reasons[] = {{0, "None"}, {1, "Unwait"}, {2, "Boost"}};

static const struct etw_map_entry ready_flags[] = {
    {1, "InDpc"},
    {2, "KernelStackSwappedOut"},
    {4, "ProcessSwappedOut"},
    {8, "DirectSwitchAttempt"},
};

/* IRP_*. The bits 17 to 19 are the priority of the I/O. */
static const struct etw_map_entry irp_flags[] = {
    {0x1, "NOCACHE"},
    {0x2, "PAGING_IO"},
    {0x4, "SYNCHRONOUS_API"},
    {0x8, "ASSOCIATED_IRP"},
    {0x10, "BUFFERED_IO"},
    {0x20, "DEALLOCATE_BUFFER"},
    {0x40, "SYNC_PAGING_IO"},
    {0x80, "CREATE_OPERATION"},
    {0x100, "READ_OPERATION"},
    {0x200, "WRITE_OPERATION"},
    {0x400, "CLOSE_OPERATION"},
    {0x800, "DEFER_IO_COMPLETION"},
    {0x1000, "OB_QUERY_NAME"},
    {0x2000, "HOLD_DEVICE_QUEUE"},
    {0x4000, "RETRY_IO_COMPLETION"},
    {0x8000, "CLASS_CACHE_OPERATION"},
};

/* MEM_* */
static const struct etw_map_entry allocation_flags[] = {
    {0x1000, "COMMIT"},
    {0x2000, "RESERVE"},
    {0x4000, "DECOMMIT"},
    {0x8000, "RELEASE"},
};

static const struct etw_map_entry process_flags[] = {
    {1, "PackagedApp"},
    {2, "Wow64"},
    {4, "Protected"},
};

static const struct etw_map_entry drive_types[] = {
    {1, "Partition"},
    {2, "Volume"},
    {3, "ExtendedPartition"},
};

/* KPROFILE_SOURCE */
static const struct etw_map_entry profile_sources[] = {
    {0, "Time"},
    {1, "AlignmentFixup"},
    {2, "TotalIssues"},
    {3, "PipelineDry"},
    {4, "LoadInstructions"},
    {5, "PipelineFrozen"},
    {6, "BranchInstructions"},
    {7, "TotalNonissues"},
    {8, "DcacheMisses"},
    {9, "IcacheMisses"},
    {10, "CacheMisses"},
    {11, "BranchMispredictions"},
    {12, "StoreInstructions"},
    {13, "FpInstructions"},
    {14, "IntegerInstructions"},
    {15, "2Issue"},
    {16, "3Issue"},
    {17, "4Issue"},
    {18, "SpecialInstructions"},
    {19, "TotalCycles"},
    {20, "IcacheIssues"},
    {21, "DcacheAccesses"},
    {22, "MemoryBarrierCycles"},
    {23, "LoadLinkedIssues"},
};

static const struct etw_map_entry sample_flags[] = {{1, "InDpc"}, {2, "InIsr"}};

static const struct etw_map_entry push_lock_actions[] = {
    {1, "WaitExclusive"},
    {2, "WaitShared"},
};

static const struct etw_map_entry resource_actions[] = {
    {0x10022, "ReleaseExclusive"},
    {0x10042, "ReleaseShared"},
    {0x10224, "ExcessiveWaitExclusive"},
    {0x10244, "ExcessiveWaitShared"},
};

static const struct etw_map_entry debug_reasons[] = {{1, "Received"}, {2, "Continued"}};

static const struct etw_map_entry heap_sources[] = {
    {1, "Lookaside"},
    {2, "LowFragmentation"},
    {3, "Main"},
    {4, "Slow"},
};

static const struct etw_map_entry perf_state_types[] = {{1, "Performance"}, {2, "Throttle"}};

static const struct etw_map_entry tick_vetoes[] = {
    {0, "None"},      {1, "ProcessorBusy"}, {2, "SoftwareTimer"}, {3, "ClockConstraint"},
    {4, "OutOfSync"}, {5, "UpdateFailed"},
};

static const struct etw_map_entry ipi_requests[] = {{1, "Apc"}, {2, "Dpc"}};

static const struct etw_map_entry clock_flags[] = {{1, "ClockOwner"}, {8, "TimerPending"}};

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof *(list))
#define VALUES(name, entries)                                                                      \
    {                                                                                              \
        name, EVENTMAP_INFO_FLAG_WBEM_VALUEMAP, COUNT(entries), entries                            \
    }
#define BITS(name, entries)                                                                        \
    {                                                                                              \
        name, EVENTMAP_INFO_FLAG_WBEM_BITMAP, COUNT(entries), entries                              \
    }

const struct etw_map etw_kernel_maps[] = {
    VALUES("ThreadState", thread_states),
    VALUES("WaitReason", wait_reasons),
    VALUES("WaitMode", wait_modes),
    VALUES("AdjustReason", adjust_reasons),
    BITS("ReadyFlags", ready_flags),
    BITS("IrpFlags", irp_flags),
    BITS("AllocationFlags", allocation_flags),
    BITS("ProcessFlags", process_flags),
    VALUES("DriveType", drive_types),
    VALUES("ProfileSource", profile_sources),
    BITS("SampleFlags", sample_flags),
    VALUES("PushLockAction", push_lock_actions),
    VALUES("ResourceAction", resource_actions),
    VALUES("DebugReason", debug_reasons),
    VALUES("HeapSource", heap_sources),
    VALUES("PerfStateType", perf_state_types),
    VALUES("TickVeto", tick_vetoes),
    VALUES("IpiRequest", ipi_requests),
    BITS("ClockFlags", clock_flags),
};
const uint32_t etw_kernel_map_count = COUNT(etw_kernel_maps);

#define FLAG(value, name)                                                                          \
    {                                                                                              \
        (value), name, NULL, {0, 0, 0, {0}}, 0                                                     \
    }

/* EVENT_TRACE_FLAG_* of evntrace.h */
const struct etw_name etw_kernel_keywords[] = {
    FLAG(0x00000001, "PROCESS"),
    FLAG(0x00000002, "THREAD"),
    FLAG(0x00000004, "IMAGE_LOAD"),
    FLAG(0x00000008, "PROCESS_COUNTERS"),
    FLAG(0x00000010, "CSWITCH"),
    FLAG(0x00000020, "DPC"),
    FLAG(0x00000040, "INTERRUPT"),
    FLAG(0x00000080, "SYSTEMCALL"),
    FLAG(0x00000100, "DISK_IO"),
    FLAG(0x00000200, "DISK_FILE_IO"),
    FLAG(0x00000400, "DISK_IO_INIT"),
    FLAG(0x00000800, "DISPATCHER"),
    FLAG(0x00001000, "MEMORY_PAGE_FAULTS"),
    FLAG(0x00002000, "MEMORY_HARD_FAULTS"),
    FLAG(0x00004000, "VIRTUAL_ALLOC"),
    FLAG(0x00008000, "VAMAP"),
    FLAG(0x00010000, "NETWORK_TCPIP"),
    FLAG(0x00020000, "REGISTRY"),
    FLAG(0x00040000, "DBGPRINT"),
    FLAG(0x00080000, "JOB"),
    FLAG(0x00100000, "ALPC"),
    FLAG(0x00200000, "SPLIT_IO"),
    FLAG(0x00400000, "DEBUG_EVENTS"),
    FLAG(0x00800000, "DRIVER"),
    FLAG(0x01000000, "PROFILE"),
    FLAG(0x02000000, "FILE_IO"),
    FLAG(0x04000000, "FILE_IO_INIT"),
    FLAG(0x10000000, "NO_SYSCONFIG"),
    FLAG(0x20000000, "ENABLE_RESERVE"),
    FLAG(0x40000000, "FORWARD_WMI"),
    FLAG(0x80000000, "EXTENSION"),
};
const uint32_t etw_kernel_keyword_count = COUNT(etw_kernel_keywords);

/* SPDX-License-Identifier: MIT */
#include "perfview_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY 0xffffffffu

/* Providers of which TraceEvent has a parser of its own; of kernel events, classes. */
enum {
    THREAD,
    PROCESS,
    IMAGE,
    DISK,
    MEMORY,
    PERFINFO,
    TRACE,
    TCP,
    UDP,
    CONFIG,
    CONFIG_EX,
    IMAGE_ID,
    METADATA,
    STACK,
    FILE_IO,
    CLR,
    CLR_PRIVATE,
    CLR_RUNDOWN,
    DOT_NET,
    KERNEL_FILE,
    PERFVIEW,
    FRAMEWORK,
    TASKS,
};

static const struct {
    const char *name;
    GUID guid;
} providers[] = {
    [THREAD] = {"Windows Kernel/Thread",
                {0x3d6fa8d1, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}}},
    [PROCESS] = {"Windows Kernel/Process",
                 {0x3d6fa8d0, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}}},
    [IMAGE] = {"Windows Kernel/Image",
               {0x2cb15d1d, 0x5fc1, 0x11d2, {0xab, 0xe1, 0x00, 0xa0, 0xc9, 0x11, 0xf5, 0x18}}},
    [DISK] = {"Windows Kernel/DiskIO",
              {0x3d6fa8d4, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}}},
    [MEMORY] = {"Windows Kernel/Memory",
                {0x3d6fa8d3, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}}},
    [PERFINFO] = {"Windows Kernel/PerfInfo",
                  {0xce1dbfb4, 0x137e, 0x4da6, {0x87, 0xb0, 0x3f, 0x59, 0xaa, 0x10, 0x2c, 0xbc}}},
    [TRACE] = {"Windows Kernel/EventTrace",
               {0x68fdd900, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}}},
    [TCP] = {"Windows Kernel/TcpIp",
             {0x9a280ac0, 0xc8e0, 0x11d1, {0x84, 0xe2, 0x00, 0xc0, 0x4f, 0xb9, 0x98, 0xa2}}},
    [UDP] = {"Windows Kernel/UdpIp",
             {0xbf3a50c5, 0xa9c9, 0x4988, {0xa0, 0x05, 0x2d, 0xf0, 0xb7, 0xc8, 0x0f, 0x80}}},
    [CONFIG] = {"Windows Kernel/SystemConfig",
                {0x01853a65, 0x418f, 0x4f36, {0xae, 0xfc, 0xdc, 0x0f, 0x1d, 0x2f, 0xd2, 0x35}}},
    [CONFIG_EX] = {"Windows Kernel/SysConfig",
                   {0x9b79ee91, 0xb5fd, 0x41c0, {0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0}}},
    [IMAGE_ID] = {"KernelTraceControl/ImageID",
                  {0xb3e675d7, 0x2554, 0x4f18, {0x83, 0x0b, 0x27, 0x62, 0x73, 0x25, 0x60, 0xde}}},
    [METADATA] = {"KernelTraceControl/MetaData",
                  {0xbbccf6c1, 0x6cd1, 0x48c4, {0x80, 0xff, 0x83, 0x94, 0x82, 0xe3, 0x76, 0x71}}},
    [STACK] = {"StackWalk",
               {0xdef2fe46, 0x7bd6, 0x4b80, {0xbd, 0x94, 0xf5, 0x7f, 0xe2, 0x0d, 0x0c, 0xe3}}},
    [FILE_IO] = {"FileIO",
                 {0x90cbdc39, 0x4a3e, 0x11d1, {0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3}}},
    [CLR] = {"Microsoft-Windows-DotNETRuntime",
             {0xe13c0d23, 0xccbc, 0x4e12, {0x93, 0x1b, 0xd9, 0xcc, 0x2e, 0xee, 0x27, 0xe4}}},
    [CLR_PRIVATE] =
        {"Microsoft-Windows-DotNETRuntimePrivate",
         {0x763fd754, 0x7086, 0x4dfe, {0x95, 0xeb, 0xc0, 0x1a, 0x46, 0xfa, 0xf4, 0xca}}},
    [CLR_RUNDOWN] =
        {"Microsoft-Windows-DotNETRuntimeRundown",
         {0xa669021c, 0xc450, 0x4609, {0xa0, 0x35, 0x5a, 0xf5, 0x9a, 0xf4, 0xdf, 0x18}}},
    [DOT_NET] = {"DotNet",
                 {0x319dc449, 0xada5, 0x50f7, {0x42, 0x8e, 0x95, 0x7d, 0xb6, 0x79, 0x16, 0x68}}},
    [KERNEL_FILE] =
        {"Microsoft-Windows-Kernel-File",
         {0xedd08927, 0x9cc4, 0x4e65, {0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89}}},
    [PERFVIEW] = {"PerfView",
                  {0xa8a71ac1, 0x040f, 0x54a2, {0x07, 0xca, 0x00, 0xa8, 0x9b, 0x5a, 0xb7, 0x61}}},
    [FRAMEWORK] = {"System.Diagnostics.Eventing.FrameworkEventSource",
                   {0x8e9f5090, 0x2d75, 0x4d03, {0x8a, 0x81, 0xe5, 0xaf, 0xbf, 0x85, 0xda, 0xf1}}},
    [TASKS] = {"System.Threading.Tasks.TplEventSource",
               {0x2e5dba47, 0xa3d2, 0x4d16, {0x8e, 0xe0, 0x66, 0x71, 0xff, 0xdc, 0xd7, 0xb5}}},
};

/* TraceEvent's enumerations. */
static const struct perfview_name rows_of_Number[] = {
    {0, NULL},
};

static const struct perfview_name rows_of_ProcessFlags[] = {
    {0, "None"}, {1, "PackageFullName"}, {2, "Wow64"}, {4, "Protected"}, {0, NULL},
};

static const struct perfview_name rows_of_IrpFlags[] = {
    {0, "None"},
    {1, "Nocache"},
    {2, "MountCompletion"},
    {4, "SynchronousApi"},
    {8, "AssociatedIrp"},
    {16, "BufferedIO"},
    {32, "DeallocateBuffer"},
    {64, "InputOperation"},
    {128, "SynchronousPagingIO"},
    {256, "Create"},
    {512, "Read"},
    {1024, "Write"},
    {2048, "Close"},
    {4096, "DeferIOCompletion"},
    {0, NULL},
};

static const struct perfview_name rows_of_IoPriority[] = {
    {0, "Notset"}, {1, "Verylow"},  {2, "Low"}, {3, "Normal"},
    {4, "High"},   {5, "Critical"}, {0, NULL},
};

static const struct perfview_name rows_of_AssemblyFlags[] = {
    {0, "None"},        {1, "DomainNeutral"}, {2, "Dynamic"}, {4, "Native"},
    {8, "Collectible"}, {16, "ReadyToRun"},   {0, NULL},
};

static const struct perfview_name rows_of_RuntimeSku[] = {
    {1, "DesktopClr"},
    {2, "CoreClr"},
    {0, NULL},
};

static const struct perfview_name rows_of_StartupFlags[] = {
    {0, "None"},
    {1, "CONCURRENT_GC"},
    {2, "LOADER_OPTIMIZATION_SINGLE_DOMAIN"},
    {4, "LOADER_OPTIMIZATION_MULTI_DOMAIN"},
    {0, NULL},
};

static const struct perfview_name rows_of_StartupMode[] = {
    {0, "None"},         {1, "ManagedExe"}, {2, "HostedCLR"}, {4, "IjwDll"},
    {8, "ComActivated"}, {16, "Other"},     {0, NULL},
};

static const struct perfview_name rows_of_GCReason[] = {
    {0, "AllocSmall"},    {1, "Induced"},          {2, "LowMemory"},
    {3, "Empty"},         {4, "AllocLarge"},       {5, "OutOfSpaceSOH"},
    {6, "OutOfSpaceLOH"}, {7, "InducedNotForced"}, {0, NULL},
};

static const struct perfview_name rows_of_GCGlobalMechanisms[] = {
    {0, "None"},     {1, "Concurrent"},   {2, "Compaction"}, {4, "Promotion"},
    {8, "Demotion"}, {16, "CardBundles"}, {0, NULL},
};

static const struct perfview_name rows_of_GCPauseMode[] = {
    {0, "Batch"}, {1, "Interactive"}, {2, "LowLatency"}, {3, "SustainedLowLatency"},
    {4, "NoGC"},  {0, NULL},
};

static const struct perfview_name rows_of_GCSegmentType[] = {
    {0, "SmallObjectHeap"},
    {1, "LargeObjectHeap"},
    {2, "ReadOnlyHeap"},
    {3, "PinnedObjectHeap"},
    {0, NULL},
};

static const struct perfview_name rows_of_GCCompact[] = {
    {0, "not_specified"},   {1, "compact_low_ephemeral"}, {2, "compact_high_frag"},
    {4, "compact_no_gaps"}, {8, "compact_loh_forced"},    {0, NULL},
};

static const struct perfview_name rows_of_GCExpand[] = {
    {0, "not_specified"},
    {0, NULL},
};

static const struct perfview_name rows_of_NgenBindReason[] = {
    {0, "START_BIND"},
    {9, "REJECT_IL_SIG"},
    {0, NULL},
};

static const struct perfview_name rows_of_CreateOptions[] = {
    {32, "FILE_ATTRIBUTE_ARCHIVE"},
    {0, NULL},
};

static const struct perfview_name rows_of_CreateDisposition[] = {
    {0, "SUPERSEDE"},         {1, "OPEN_EXISTING"}, {2, "CREATE_NEW"}, {3, "OPEN_ALWAYS"},
    {4, "TRUNCATE_EXISTING"}, {5, "CREATE_ALWAYS"}, {0, NULL},
};

static const struct perfview_name rows_of_ShareAccess[] = {
    {0, "None"}, {1, "Read"}, {2, "Write"}, {3, "ReadWrite"}, {4, "Delete"}, {0, NULL},
};

static const struct perfview_enumeration enumerations[] = {
    {"Number", 0, rows_of_Number},
    {"ProcessFlags", 1, rows_of_ProcessFlags},
    {"IrpFlags", 1, rows_of_IrpFlags},
    {"IoPriority", 0, rows_of_IoPriority},
    {"AssemblyFlags", 1, rows_of_AssemblyFlags},
    {"RuntimeSku", 0, rows_of_RuntimeSku},
    {"StartupFlags", 1, rows_of_StartupFlags},
    {"StartupMode", 0, rows_of_StartupMode},
    {"GCReason", 0, rows_of_GCReason},
    {"GCGlobalMechanisms", 1, rows_of_GCGlobalMechanisms},
    {"GCPauseMode", 0, rows_of_GCPauseMode},
    {"GCSegmentType", 0, rows_of_GCSegmentType},
    {"GCCompact", 0, rows_of_GCCompact},
    {"GCExpand", 0, rows_of_GCExpand},
    {"NgenBindReason", 0, rows_of_NgenBindReason},
    {"CreateOptions", 1, rows_of_CreateOptions},
    {"CreateDisposition", 0, rows_of_CreateDisposition},
    {"ShareAccess", 1, rows_of_ShareAccess},
};

static const struct {
    char code;
    const char *text;
} reasons[] = {
    {'d', "PerfView works it out from other events"},
    {'h', "PerfView takes it from the event's header"},
    {'i', "PerfView reads the high half of ImageSize"},
    {'w', "PerfView reads PID and size as one pointer"},
};

/* Lists of fields: PerfView's name, =ours, :kind, !what is written if there is no such field. */
static const char mask_fields[] =
    "GroupMask1:d GroupMask2:d GroupMask3:d GroupMask4:d GroupMask5:d GroupMask6:d "
    "GroupMask7:d GroupMask8:d KernelEventVersion:d";
static const char process_fields[] =
    "ProcessID=ProcessId:d ParentID=ParentId:d ImageFileName "
    "PageDirectoryBase=DirectoryTableBase Flags:eProcessFlags,0,32 "
    "SessionID=SessionId:d ExitStatus UniqueProcessKey CommandLine PackageFullName "
    "ApplicationID=ApplicationId";
static const char perfctr_fields[] =
    "ProcessID=ProcessId:d MemoryCount=PageFaultCount:d HandleCount:d "
    "PeakVirtualSize:d PeakWorkingSetSize:d PeakPagefileUsage:d "
    "QuotaPeakPagedPoolUsage:d QuotaPeakNonPagedPoolUsage:d VirtualSize:d "
    "WorkingSetSize:d PagefileUsage:d QuotaPagedPoolUsage:d "
    "QuotaNonPagedPoolUsage:d PrivatePageCount:d";
static const char thread_fields[] =
    "StackBase StackLimit UserStackBase UserStackLimit StartAddr=Affinity "
    "Win32StartAddr TebBase SubProcessTag:d BasePriority PagePriority IoPriority "
    "ThreadFlags ThreadName! ParentThreadID:?h ParentProcessID:?h";
static const char image_fields[] =
    "ImageBase ImageSize:d ImageChecksum:d TimeDateStamp:d DefaultBase "
    "BuildTime=TimeDateStamp:T FileName:P";
static const char disk_fields[] =
    "DiskNumber:d IrpFlags:eIrpFlags,0,17 Priority=IrpFlags:eIoPriority,17,3 "
    "TransferSize:d ByteOffset:d Irp ElapsedTimeMSec=HighResResponseTime:t "
    "DiskServiceTimeMSec:?d FileKey=FileObject FileName:?d";
static const char flush_fields[] = "DiskNumber:d IrpFlags:eIrpFlags,0,17 Irp "
                                   "ElapsedTimeMSec=HighResResponseTime:t";
static const char heap_stats_fields[] =
    "TotalHeapSize:sGenerationSize TotalPromoted:sTotalPromotedSize Depth:?d "
    "GenerationSize0:d TotalPromotedSize0:d GenerationSize1:d TotalPromotedSize1:d "
    "GenerationSize2:d TotalPromotedSize2:d GenerationSize3:d TotalPromotedSize3:d "
    "FinalizationPromotedSize:d FinalizationPromotedCount:d PinnedObjectCount "
    "SinkBlockCount GCHandleCount ClrInstanceID GenerationSize4:d!0 "
    "TotalPromotedSize4:d!0";
static const char heap_number_fields[] = "HeapNum ClrInstanceID";
static const char method_fields[] =
    "MethodID:d ModuleID:d MethodStartAddress:x MethodSize:d MethodToken:d "
    "MethodFlags:m MethodNamespace MethodName MethodSignature ClrInstanceID "
    "ReJITID!0 OptimizationTier!Unknown";
static const char domain_module_fields[] =
    "ModuleID:d AssemblyID:d AppDomainID:d ModuleFlags:m ModuleILPath "
    "ModuleNativePath ClrInstanceID";
static const char module_fields[] =
    "ModuleID:d AssemblyID:d ModuleFlags:m ModuleILPath ModuleNativePath "
    "ManagedPdbSignature ManagedPdbAge ManagedPdbBuildPath NativePdbSignature "
    "NativePdbAge NativePdbBuildPath ModuleILFileName=ModuleILPath:f";
static const char assembly_fields[] =
    "AssemblyID:d AppDomainID:d AssemblyFlags:eAssemblyFlags,0,32 "
    "FullyQualifiedAssemblyName BindingID:d ClrInstanceID";
static const char app_domain_fields[] =
    "AppDomainID:d AppDomainFlags:m AppDomainName AppDomainIndex ClrInstanceID";
static const char runtime_fields[] =
    "ClrInstanceID Sku:eRuntimeSku,0,16 BclMajorVersion:g BclMinorVersion:g "
    "BclBuildNumber:g BclQfeNumber:g VMMajorVersion:g VMMinorVersion:g "
    "VMBuildNumber:g VMQfeNumber:g StartupFlags:eStartupFlags,0,32 "
    "StartupMode:eStartupMode,0,8 CommandLine ComObjectGuid RuntimeDllPath";
static const char per_heap_fields[] =
    "ClrInstanceID FreeListAllocated:d FreeListRejected:d EndOfSegAllocated:d "
    "CondemnedAllocated:d PinnedAllocated:d PinnedAllocatedAdvance:d "
    "RunningFreeListEfficiency:d CondemnReasons0:d CondemnReasons1:d "
    "CompactMechanisms:eGCCompact,0,31 ExpandMechanisms:eGCExpand,0,31 "
    "ConcurrentCompactMechanisms:- HeapIndex:d ExtraGen0Commit:d Count:d "
    "MemoryPressure:-";
static const char heap_fields[] =
    "FinalYoungestDesired:d NumHeaps CondemnedGeneration Gen0ReductionCount "
    "Reason:eGCReason,0,32 GlobalMechanisms:eGCGlobalMechanisms,0,32 ClrInstanceID "
    "PauseMode:eGCPauseMode,0,32! MemoryPressure! CondemnReasons0! "
    "CondemnReasons1! Count!";
static const char phase_fields[] =
    "AppDomainID LoadContextID FromLoaderCache DynamicLoad AssemblyCodebase "
    "AssemblyName ClrInstanceID";
static const char manifest_fields[] =
    "Format MajorVersion MinorVersion Magic:u TotalChunks ChunkNumber "
    "PayloadLength:z";

static const struct perfview_event events[] = {
    {TRACE, 0, "",
     "BufferSize:d Version:d ProviderVersion:d NumberOfProcessors:d EndTime:F "
     "TimerResolution:d MaxFileSize:d LogFileMode:d BuffersWritten:d StartBuffers:d "
     "PointerSize:d EventsLost:d CPUSpeed:d BootTime:F PerfFreq:d StartTime:F "
     "ReservedFlags:d BuffersLost:d SessionName=SessionNameString "
     "LogFileName=LogFileNameString UtcOffsetMinutes=TimeZoneInformation:B",
     PERFVIEW_ALL},
    {TRACE, 5, "Extension", mask_fields, PERFVIEW_ALL},
    {TRACE, 8, "RundownComplete", "", PERFVIEW_ALL},
    {TRACE, 32, "EndExtension", mask_fields, PERFVIEW_ALL},
    {PROCESS, 1, "Start", process_fields, PERFVIEW_ALL},
    {PROCESS, 2, "Stop", process_fields, PERFVIEW_ALL},
    {PROCESS, 3, "DCStart", process_fields, PERFVIEW_ALL},
    {PROCESS, 4, "DCStop", process_fields, PERFVIEW_ALL},
    {PROCESS, 39, "Defunct", process_fields, PERFVIEW_ALL},
    {PROCESS, 32, "PerfCtr", perfctr_fields, PERFVIEW_ALL},
    {PROCESS, 33, "PerfCtrRundown", perfctr_fields, PERFVIEW_ALL},
    {THREAD, 1, "Start", thread_fields, PERFVIEW_ALL},
    {THREAD, 2, "Stop", thread_fields, PERFVIEW_ALL},
    {IMAGE, 2, "Unload", image_fields, PERFVIEW_ALL},
    {IMAGE, 3, "DCStart", image_fields, PERFVIEW_ALL},
    {IMAGE, 4, "DCStop", image_fields, PERFVIEW_ALL},
    {IMAGE, 10, "Load", image_fields, PERFVIEW_ALL},
    {IMAGE, 33, "KernelBase", "ImageBase", PERFVIEW_ALL},
    {DISK, 10, "Read", disk_fields, PERFVIEW_ALL},
    {DISK, 11, "Write", disk_fields, PERFVIEW_ALL},
    {DISK, 12, "ReadInit", "Irp", PERFVIEW_ALL},
    {DISK, 13, "WriteInit", "Irp", PERFVIEW_ALL},
    {DISK, 14, "FlushBuffers", flush_fields, PERFVIEW_ALL},
    {DISK, 15, "FlushInit", "Irp", PERFVIEW_ALL},
    {MEMORY, 32, "HardFault",
     "ElapsedTimeMSec=InitialTime:a ReadOffset:d VirtualAddress FileKey=FileObject "
     "ByteCount:d FileName:?d",
     PERFVIEW_ALL},
    {PERFINFO, 46, "Sample",
     "InstructionPointer ProcessorNumber:c Priority=Reserved:eNumber,3,5 "
     "ExecutingDPC=Reserved:b0 ExecutingISR=Reserved:b1 Rank=Reserved:eNumber,8,8 "
     "Count",
     PERFVIEW_BUSY_ONLY},
    {PERFINFO, 73, "CollectionStart", "SampleSource=Source:d NewInterval:d OldInterval:d",
     PERFVIEW_ALL},
    {PERFINFO, 74, "CollectionEnd", "SampleSource=Source:d NewInterval:d OldInterval:d",
     PERFVIEW_ALL},
    {TCP, 26, "SendIPV6", "size:d daddr saddr dport:p sport:p startime:d endtime:d seqnum:d connid",
     PERFVIEW_ALL},
    {TCP, 27, "RecvIPV6", "size:d daddr saddr dport:p sport:p connid seqnum:d", PERFVIEW_ALL},
    {UDP, 10, "Send", "context:?w saddr sport:p size:d daddr dport:p dsize=seqnum:d", PERFVIEW_ALL},
    {UDP, 11, "Recv", "context:?w saddr sport:p size:d daddr dport:p dsize=seqnum:d", PERFVIEW_ALL},
    {UDP, 26, "SendIPV6", "size:d dport:p sport:p seqnum:d connid", PERFVIEW_ALL},
    {UDP, 27, "RecvIPV6", "size:d dport:p sport:p seqnum:d connid", PERFVIEW_ALL},
    {CONFIG, 10, "CPU",
     "MHz NumberOfProcessors MemSize PageSize AllocationGranularity ComputerName "
     "DomainName HyperThreadingFlag",
     PERFVIEW_ALL},
    {CONFIG, 11, "PhyDisk",
     "DiskNumber BytesPerSector SectorsPerTrack TracksPerCylinder Cylinders "
     "SCSIPort SCSIPath SCSITarget SCSILun Manufacturer PartitionCount "
     "WriteCacheEnabled BootDriveLetter Spare",
     PERFVIEW_ALL},
    {CONFIG, 12, "LogDisk",
     "StartOffset PartitionSize DiskNumber Size DriveType:d DriveLetterString "
     "PartitionNumber SectorsPerCluster BytesPerSector NumberOfFreeClusters "
     "TotalNumberOfClusters FileSystem VolumeExt",
     PERFVIEW_ALL},
    {CONFIG, 13, "NIC",
     "PhysicalAddrLen PhysicalAddr:d Ipv4Index Ipv6Index NICDescription IpAddresses "
     "DnsServerAddresses",
     PERFVIEW_ALL},
    {CONFIG, 15, "Services",
     "ServiceName DisplayName ProcessName:?d ProcessID=ProcessId:d ServiceState:d "
     "SubProcessTag:d",
     PERFVIEW_ALL},
    {CONFIG, 16, "Power", "S1 S2 S3 S4 S5", PERFVIEW_ALL},
    {CONFIG, 17, "Network",
     "TcbTablePartitions:d MaxHashTableSize:d MaxUserPort:d TcpTimedWaitDelay:d", PERFVIEW_ALL},
    {CONFIG, 22, "PnP", "DeviceID DeviceDescription FriendlyName PdoName ServiceName",
     PERFVIEW_ALL},
    {CONFIG, 23, "IDEChannel",
     "TargetID=TargetId DeviceType:d DeviceTimingMode:d LocationInformationLen "
     "LocationInformation",
     PERFVIEW_ALL},
    {CONFIG, 25, "Platform", "SystemManufacturer SystemProductName BiosDate BiosVersion",
     PERFVIEW_ALL},
    {CONFIG_EX, 32, "BuildInfo", "InstallDate BuildLab ProductName", PERFVIEW_ALL},
    {CONFIG_EX, 33, "SystemPaths", "SystemDirectory SystemWindowsDirectory", PERFVIEW_ALL},
    {CONFIG_EX, 34, "UnknownVolume", "Value=NtPath", PERFVIEW_ALL},
    {CONFIG_EX, 35, "VolumeMapping", "NtPath DosPath", PERFVIEW_ALL},
    {CONFIG_EX, 37, "Opcode(37)", "", PERFVIEW_ALL},
    {IMAGE_ID, 0, "",
     "ImageBase ImageSize:d ProcessID:?i TimeDateStamp:d BuildTime=TimeDateStamp:T "
     "OriginalFileName",
     PERFVIEW_ALL},
    {IMAGE_ID, 32, "None", "", PERFVIEW_ALL},
    {IMAGE_ID, 36, "DbgID_RSDS", "ImageBase GuidSig Age:d PDBFileName=PdbFileName", PERFVIEW_ALL},
    {IMAGE_ID, 37, "DbgID_ILRSDS", "ImageBase GuidSig Age:d PDBFileName=PdbFileName", PERFVIEW_ALL},
    {IMAGE_ID, 64, "FileVersion",
     "ImageSize:d TimeDateStamp:d BuildTime=TimeDateStamp:T OrigFileName "
     "FileDescription FileVersion BinFileVersion VerLanguage ProductName "
     "CompanyName ProductVersion FileId ProgramId",
     PERFVIEW_ALL},
    {METADATA, 32, "EventInfo", "", PERFVIEW_ALL},
    {METADATA, 33, "EventMapInfo", "", PERFVIEW_ALL},
    {CLR, 1, "GC/Start", "Count Reason:m Depth Type:m ClrInstanceID ClientSequenceNumber:d!0",
     PERFVIEW_ALL},
    {CLR, 2, "GC/Stop", "Count Depth ClrInstanceID", PERFVIEW_ALL},
    {CLR, 3, "GC/RestartEEStop", "ClrInstanceID", PERFVIEW_ALL},
    {CLR, 7, "GC/RestartEEStart", "ClrInstanceID", PERFVIEW_ALL},
    {CLR, 4, "GC/HeapStats", heap_stats_fields, PERFVIEW_ALL},
    {CLR, 5, "GC/CreateSegment", "Address:x Size:x Type:eGCSegmentType,0,32 ClrInstanceID",
     PERFVIEW_ALL},
    {CLR, 8, "GC/SuspendEEStop", "ClrInstanceID", PERFVIEW_ALL},
    {CLR, 9, "GC/SuspendEEStart", "Reason:m Count ClrInstanceID", PERFVIEW_ALL},
    {CLR, 10, "GC/AllocationTick",
     "AllocationAmount:d AllocationKind:m ClrInstanceID AllocationAmount64:d TypeID "
     "TypeName HeapIndex Address ObjectSize:d!0",
     PERFVIEW_ALL},
    {CLR, 12, "GC/TerminateConcurrentThread", "ClrInstanceID", PERFVIEW_ALL},
    {CLR, 13, "GC/FinalizersStop", "Count ClrInstanceID", PERFVIEW_ALL},
    {CLR, 14, "GC/FinalizersStart", "ClrInstanceID", PERFVIEW_ALL},
    {CLR, 15, "Type/BulkType",
     "Count ClrInstanceID TypeID_0=Values[0].TypeID:x TypeName_0=Values[0].Name", PERFVIEW_ALL},
    {CLR, 21, "GC/BulkSurvivingObjectRanges", "Index Count ClrInstanceID", PERFVIEW_ALL},
    {CLR, 22, "GC/BulkMovedObjectRanges", "Index Count ClrInstanceID", PERFVIEW_ALL},
    {CLR, 23, "GC/GenerationRange",
     "Generation RangeStart RangeUsedLength:x RangeReservedLength:x ClrInstanceID", PERFVIEW_ALL},
    {CLR, 25, "GC/MarkStackRoots", heap_number_fields, PERFVIEW_ALL},
    {CLR, 26, "GC/MarkFinalizeQueueRoots", heap_number_fields, PERFVIEW_ALL},
    {CLR, 27, "GC/MarkHandles", heap_number_fields, PERFVIEW_ALL},
    {CLR, 28, "GC/MarkCards", heap_number_fields, PERFVIEW_ALL},
    {CLR, 29, "GC/FinalizeObject", "TypeName:?d ObjectID TypeID ClrInstanceID", PERFVIEW_ALL},
    {CLR, 33, "GC/PinObjectAtGCTime", "HandleID ObjectID ObjectSize:d TypeName ClrInstanceID",
     PERFVIEW_ALL},
    {CLR, 35, "GC/Triggered", "Reason:m ClrInstanceID", PERFVIEW_ALL},
    {CLR, 50, "ThreadPoolWorkerThread/Start",
     "ActiveWorkerThreadCount RetiredWorkerThreadCount ClrInstanceID", PERFVIEW_ALL},
    {CLR, 80, "Exception/Start",
     "ExceptionType ExceptionMessage ExceptionEIP ExceptionHRESULT:d "
     "ExceptionFlags:m ClrInstanceID",
     PERFVIEW_ALL},
    {CLR, 85, "AppDomainResourceManagement/ThreadCreated",
     "ManagedThreadID:d AppDomainID:d Flags:u ManagedThreadIndex OSThreadID "
     "ClrInstanceID",
     PERFVIEW_ALL},
    {CLR, 143, "Method/LoadVerbose", method_fields, PERFVIEW_JITTED_ONLY},
    {CLR, 144, "Method/UnloadVerbose", method_fields, PERFVIEW_JITTED_ONLY},
    {CLR, 145, "Method/JittingStarted",
     "MethodID:d ModuleID:d MethodToken:d MethodILSize:d MethodNamespace MethodName "
     "MethodSignature ClrInstanceID",
     PERFVIEW_ALL},
    {CLR, 151, "Loader/DomainModuleLoad", domain_module_fields, PERFVIEW_ALL},
    {CLR, 152, "Loader/ModuleLoad", module_fields, PERFVIEW_ALL},
    {CLR, 153, "Loader/ModuleUnload", module_fields, PERFVIEW_ALL},
    {CLR, 154, "Loader/AssemblyLoad", assembly_fields, PERFVIEW_ALL},
    {CLR, 155, "Loader/AssemblyUnload", assembly_fields, PERFVIEW_ALL},
    {CLR, 156, "Loader/AppDomainLoad", app_domain_fields, PERFVIEW_ALL},
    {CLR, 157, "Loader/AppDomainUnload", app_domain_fields, PERFVIEW_ALL},
    {CLR, 187, "Runtime/Start", runtime_fields, PERFVIEW_ALL},
    {CLR, 200, "GarbageCollection/IncreaseMemoryPressure", "BytesAllocated ClrInstanceID",
     PERFVIEW_ALL},
    {CLR, 202, "GC/MarkWithType", "HeapNum ClrInstanceID Type Promoted=Bytes:d", PERFVIEW_ALL},
    {CLR, 204, "GC/PerHeapHistory", per_heap_fields, PERFVIEW_ALL},
    {CLR, 205, "GC/GlobalHeapHistory", heap_fields, PERFVIEW_ALL},
    {CLR, 208, "GC/LOHCompact", "ClrInstanceID Count", PERFVIEW_ALL},
    {CLR, 209, "GC/FitBucketInfo", "ClrInstanceID BucketKind TotalSize Count", PERFVIEW_ALL},
    {CLR_PRIVATE, 2, "GC/Settings", "SegmentSize:d LargeObjectSegmentSize:d ServerGC ClrInstanceID",
     PERFVIEW_ALL},
    {CLR_PRIVATE, 4, "GC/PerHeapHistory",
     "ClrInstanceID FreeListAllocated:d FreeListRejected:d EndOfSegAllocated:d "
     "CondemnedAllocated:d PinnedAllocated:d PinnedAllocatedAdvance:d "
     "RunningFreeListEfficiency:d CondemnReasons0:d CondemnReasons1:d "
     "CompactMechanisms:eGCCompact,0,31 ExpandMechanisms:eGCExpand,0,31 "
     "ConcurrentCompactMechanisms:- HeapIndex:d ExtraGen0Commit:d Count:d "
     "MemoryPressure",
     PERFVIEW_ALL},
    {CLR_PRIVATE, 5, "GC/GlobalHeapHistory", heap_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 7, "GC/MarkStackRoots", heap_number_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 8, "GC/MarkFinalizeQueueRoots", heap_number_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 9, "GC/MarkHandles", heap_number_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 10, "GC/MarkCards", heap_number_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 161, "Binding/NgenPhaseStart", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 162, "Binding/NgenPhaseStop", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 165, "Binding/LoaderPhaseStart", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 166, "Binding/LoaderPhaseStop", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 171, "Binding/LoaderAssemblyInitPhaseStart", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 172, "Binding/LoaderAssemblyInitPhaseStop", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 173, "Binding/LoaderMappingPhaseStart", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 174, "Binding/LoaderMappingPhaseStop", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 175, "Binding/LoaderDeliverEventPhaseStart", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 176, "Binding/LoaderDeliverEventsPhaseStop", phase_fields, PERFVIEW_ALL},
    {CLR_PRIVATE, 188, "NgenBinder/NgenBind",
     "ClrInstanceID BindingID:d ReasonCode:eNgenBindReason,0,32 AssemblyName", PERFVIEW_ALL},
    {CLR_PRIVATE, 196, "Binding/FusionMessage", "ClrInstanceID Prepend Message", PERFVIEW_ALL},
    {CLR_RUNDOWN, 146, "Method/DCStopComplete", "ClrInstanceID", PERFVIEW_ALL},
    {CLR_RUNDOWN, 148, "Method/DCStopInit", "ClrInstanceID", PERFVIEW_ALL},
    {CLR_RUNDOWN, 152, "Loader/DomainModuleDCStop", domain_module_fields, PERFVIEW_ALL},
    {CLR_RUNDOWN, 154, "Loader/ModuleDCStop", module_fields, PERFVIEW_ALL},
    {CLR_RUNDOWN, 156, "Loader/AssemblyDCStop", assembly_fields, PERFVIEW_ALL},
    {CLR_RUNDOWN, 158, "Loader/AppDomainDCStop", app_domain_fields, PERFVIEW_ALL},
    {CLR_RUNDOWN, 187, "Runtime/Start", runtime_fields, PERFVIEW_ALL},
    {KERNEL_FILE, 12, "Create",
     "IrpPtr=Irp FileObject CreateOptions:eCreateOptions,0,24 "
     "CreateDisposition=CreateOptions:eCreateDisposition,24,8 "
     "FileAttributes=CreateAttributes:eNumber,0,32 ShareAccess:eShareAccess,0,32 "
     "FileName:P",
     PERFVIEW_ALL},
    {PERFVIEW, 65534, "ManifestData", manifest_fields, PERFVIEW_ALL},
    {FRAMEWORK, 65534, "ManifestData", manifest_fields, PERFVIEW_ALL},
    {TASKS, 65534, "ManifestData", manifest_fields, PERFVIEW_ALL},
};

/* What is left out, before anything is counted. */
static const struct {
    unsigned provider, number;
    const char *reason;
} left_out[] = {
    {STACK, ANY, "PerfView's book-keeping"},
    {THREAD, 3, "PerfView's book-keeping"},
    {THREAD, 4, "PerfView's book-keeping"},
    {FILE_IO, 0, "PerfView's book-keeping"},
    {FILE_IO, 32, "PerfView's book-keeping"},
    {FILE_IO, 35, "PerfView's book-keeping"},
    {FILE_IO, 36, "PerfView's book-keeping"},
    {CLR, 190, "PerfView's book-keeping"},
    {CLR, 82, "PerfView's book-keeping"},
    {CLR_RUNDOWN, 150, "PerfView's book-keeping"},
    {CLR_RUNDOWN, 143, "PerfView's book-keeping"},
    {CLR_RUNDOWN, 144, "PerfView's book-keeping"},
    {DOT_NET, ANY, "the provider DotNet is left out"},
    {CONFIG, 18, "TraceEvent has no parser of its own for it"},
    {CONFIG, 28, "TraceEvent has no parser of its own for it"},
    {IMAGE, 34, "TraceEvent has no parser of its own for it"},
    {TRACE, 80, "TraceEvent has no parser of its own for it"},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

const struct perfview_event *perfview_find_event(const GUID *provider, unsigned number)
{
    for (size_t i = 0; i < COUNT(events); i++) {
        if (events[i].number == number &&
            IsEqualGUID(&providers[events[i].provider].guid, provider))
            return &events[i];
    }
    return NULL;
}

const char *perfview_leaves_out(const GUID *provider, unsigned number)
{
    for (size_t i = 0; i < COUNT(left_out); i++) {
        if ((left_out[i].number == number || left_out[i].number == ANY) &&
            IsEqualGUID(&providers[left_out[i].provider].guid, provider))
            return left_out[i].reason;
    }
    return NULL;
}

int perfview_is_event_source(const GUID *provider)
{
    return IsEqualGUID(&providers[PERFVIEW].guid, provider) ||
           IsEqualGUID(&providers[FRAMEWORK].guid, provider) ||
           IsEqualGUID(&providers[TASKS].guid, provider);
}

/* Classes that TraceEvent only knows from their MOF keep their provider. */
static const char *prefix_of(const struct perfview_event *event)
{
    if (event->provider == IMAGE && event->number == 33)
        return "MSNT_SystemTrace/Image";
    if (event->provider == CONFIG && event->number == 25)
        return "MSNT_SystemTrace/SystemConfig";
    return providers[event->provider].name;
}

void perfview_event_name(const struct etw_decoded *decoded, const struct perfview_event *event,
                         char *text, size_t room)
{
    if (event == NULL)
        etw_event_name(decoded, text, room);
    else
        snprintf(text, room, "%s%s%s", prefix_of(event), *event->name != '\0' ? "/" : "",
                 event->name);
}

/* --- Lists of fields --------------------------------------------------------------------------
 */

static const struct perfview_enumeration *find_enumeration(const char *name, size_t size)
{
    for (size_t i = 0; i < COUNT(enumerations); i++) {
        if (strlen(enumerations[i].name) == size && strncmp(enumerations[i].name, name, size) == 0)
            return &enumerations[i];
    }
    abort();
}

static void set_kind(struct perfview_field *field, const char *kind)
{
    static const char letters[] = "dgBuxTFtapmPfebscz-?";
    static const enum perfview_kind kinds[] = {
        PERFVIEW_SIGNED,    PERFVIEW_UNSIGNED,     PERFVIEW_BIAS,        PERFVIEW_PLAIN,
        PERFVIEW_ADDRESS,   PERFVIEW_UNIX_TIME,    PERFVIEW_FILETIME,    PERFVIEW_TICKS,
        PERFVIEW_TICKS_AGO, PERFVIEW_PORT,         PERFVIEW_MAP,         PERFVIEW_PATH,
        PERFVIEW_FILE_NAME, PERFVIEW_BITS,         PERFVIEW_BOOLEAN_BIT, PERFVIEW_SUM,
        PERFVIEW_PROCESSOR, PERFVIEW_PAYLOAD_SIZE, PERFVIEW_EMPTY,       PERFVIEW_NOT_COMPARED,
    };
    const char *letter = strchr(letters, *kind);
    if (letter == NULL)
        abort();
    field->kind = kinds[letter - letters];
    snprintf(field->argument, sizeof field->argument, "%s", kind + 1);
    if (field->kind == PERFVIEW_BITS) {
        size_t size = strcspn(kind + 1, ",");
        field->names = find_enumeration(kind + 1, size);
        sscanf(kind + 1 + size, ",%u,%u", &field->shift, &field->bits);
    } else if (field->kind == PERFVIEW_BOOLEAN_BIT) {
        field->shift = (unsigned)atoi(kind + 1);
    }
    for (size_t i = 0; field->kind == PERFVIEW_NOT_COMPARED && i < COUNT(reasons); i++) {
        if (reasons[i].code == kind[1])
            field->reason = reasons[i].text;
    }
}

/* Cuts what stands behind a mark off a word. */
static char *take_behind(char *word, char mark)
{
    char *at = strchr(word, mark);
    if (at == NULL)
        return NULL;
    *at = '\0';
    return at + 1;
}

int perfview_next_field(const char **list, struct perfview_field *field)
{
    char word[192];
    size_t size = strcspn(*list, " ");
    if (size == 0 || size >= sizeof word)
        return 0;
    memcpy(word, *list, size);
    word[size] = '\0';
    *list += size;
    *list += strspn(*list, " ");
    memset(field, 0, sizeof *field);
    const char *missing = take_behind(word, '!');
    const char *kind = take_behind(word, ':');
    const char *source = take_behind(word, '=');
    if (missing != NULL)
        snprintf(field->missing_text, sizeof field->missing_text, "%s", missing);
    field->missing = missing != NULL ? field->missing_text : NULL;
    snprintf(field->name, sizeof field->name, "%s", word);
    snprintf(field->source, sizeof field->source, "%s", source != NULL ? source : word);
    if (kind != NULL)
        set_kind(field, kind);
    return 1;
}

/* SPDX-License-Identifier: MIT */
/* windows.h: the few Windows names that the trace headers beside this file need.
 *
 * On Windows this is the system's own <windows.h> and adds only the names that begin with ETWIRE_.
 * Elsewhere it is a small stand-in, so that source written for Windows' trace functions compiles
 * unchanged. What holds of it there:
 *
 * Sizes are Windows' on every host: LONG, ULONG, DWORD and BOOL have 32 bits, WCHAR has 16, and
 * 64-bit members of structures are aligned to 8 bytes on 32-bit hosts as well. ULONG64 and its like
 * are (unsigned) long long, so %llu prints them. A ULONG is an unsigned int: print it with %u.
 *
 * Wide text is UTF-16 in this machine's byte order, with one of these literals:
 *     C11, gnu99, C++11      u"text"
 *     with -fshort-wchar     L"text" as well, since wchar_t then has 16 bits; WCHAR is wchar_t
 *     strict C99             none: fill an array, or use the ...A functions, which take UTF-8
 * TEXT("text") is the right one of them if UNICODE is defined, else "text". An L"" literal without
 * -fshort-wchar has the wrong type, and the compiler says so. The libc functions for wchar_t do not
 * fit a WCHAR, with -fshort-wchar or without it.
 *
 * Where a structure gives the same bytes two names, as a whole and in parts (a LARGE_INTEGER's
 * QuadPart, and LowPart and HighPart), big-endian hosts have the parts in reverse, so that each
 * name has the value that it has on Windows. */

/* Outside the guard: found beside a header that includes it by name, this file is met once more on
 * the include path before the system's is. */
#ifdef _WIN32
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include_next <windows.h>
#endif

#ifndef ETWIRE_WINDOWS_H
#define ETWIRE_WINDOWS_H

/* --- What is needed on Windows too ----------------------------------------------------------- */

/* Marks a function that the library exports. */
#if defined(__GNUC__) && !defined(_WIN32)
#define ETWIRE_EXPORT __attribute__((visibility("default")))
#else
#define ETWIRE_EXPORT
#endif

/* Before a member without a name, which neither C99 nor C++11 has in full. */
#if defined(__GNUC__)
#define ETWIRE_NAMELESS __extension__
#else
#define ETWIRE_NAMELESS
#endif

/* After a 64-bit member: Windows aligns it to 8 bytes, the i386 Unix ABI to 4. */
#if defined(__GNUC__)
#define ETWIRE_ALIGN8 __attribute__((aligned(8)))
#else
#define ETWIRE_ALIGN8
#endif

/* Two members that are the low and the high part of one number. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
/* clang-format off */
#define ETWIRE_LOW_HIGH(low, high) high; low
#else
#define ETWIRE_LOW_HIGH(low, high) low; high
/* clang-format on */
#endif

/* A wide string literal from a narrow one. */
#if defined(_WIN32) || (defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2)
#define ETWIRE_WIDE(text) L##text
#else
#define ETWIRE_WIDE(text) u##text
#endif

#ifndef _WIN32

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* --- Calling conventions and annotations ----------------------------------------------------- */

#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif

#define WINAPI
#define APIENTRY
#define CALLBACK
#define NTAPI
#define WINAPIV
#define DECLSPEC_IMPORT
#define DECLSPEC_NORETURN
#define FORCEINLINE static inline
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif

#define _In_
#define _In_z_
#define _In_opt_
#define _In_opt_z_
#define _In_reads_(count)
#define _In_reads_z_(count)
#define _In_reads_opt_(count)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _In_range_(low, high)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(count)
#define _Inout_updates_opt_(count)
#define _Inout_updates_bytes_(size)
#define _Inout_updates_bytes_opt_(size)
#define _Inout_updates_to_(size, count)
#define _Inout_updates_bytes_to_(size, count)
#define _Inout_updates_z_(count)
#define _Out_
#define _Out_opt_
#define _Out_writes_(count)
#define _Out_writes_z_(count)
#define _Out_writes_opt_(count)
#define _Out_writes_all_(count)
#define _Out_writes_to_(size, count)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_bytes_all_(size)
#define _Out_writes_bytes_to_(size, count)
#define _Out_writes_bytes_to_opt_(size, count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_buffer_(count)
#define _Outptr_result_bytebuffer_(size)
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_z_
#define _Reserved_
#define _Null_terminated_
#define _NullNull_terminated_
#define _Field_z_
#define _Field_size_(count)
#define _Field_size_opt_(count)
#define _Field_size_bytes_(size)
#define _Field_range_(low, high)
#define _Struct_size_bytes_(size)
#define _Check_return_
#define _Must_inspect_result_
#define _Success_(condition)
#define _When_(condition, annotation)
#define _Post_invalid_
#define _Post_ptr_invalid_
#define _Function_class_(name)
#define _Printf_format_string_
#define _Use_decl_annotations_

/* --- Numbers --------------------------------------------------------------------------------- */

#ifndef VOID
#define VOID void
#endif
#ifndef CONST
#define CONST const
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

typedef char CHAR;
typedef unsigned char UCHAR;
typedef unsigned char BYTE;
typedef unsigned char BOOLEAN;
typedef int16_t SHORT;
typedef uint16_t USHORT;
typedef uint16_t WORD;
typedef int INT;
typedef unsigned int UINT;
typedef int BOOL;
typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint32_t DWORD;
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32;
typedef uint32_t UINT32;
typedef int32_t LONG32;
typedef uint32_t ULONG32;
typedef uint32_t DWORD32;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG;
typedef long long LONG64;
typedef unsigned long long ULONG64;
typedef long long INT64;
typedef unsigned long long UINT64;
typedef unsigned long long DWORD64;
typedef unsigned long long DWORDLONG;
typedef float FLOAT;
typedef intptr_t INT_PTR;
typedef uintptr_t UINT_PTR;
typedef intptr_t LONG_PTR;
typedef uintptr_t ULONG_PTR;
typedef uintptr_t DWORD_PTR;
typedef uintptr_t SIZE_T;
typedef intptr_t SSIZE_T;
typedef LONG HRESULT;
typedef LONG NTSTATUS;

typedef void *PVOID, *LPVOID, *HANDLE;
typedef const void *LPCVOID, *PCVOID;
typedef CHAR *PCHAR;
typedef UCHAR *PUCHAR;
typedef BYTE *PBYTE, *LPBYTE;
typedef BOOLEAN *PBOOLEAN;
typedef BOOL *PBOOL, *LPBOOL;
typedef SHORT *PSHORT;
typedef USHORT *PUSHORT;
typedef WORD *PWORD, *LPWORD;
typedef INT *PINT;
typedef UINT *PUINT;
typedef LONG *PLONG, *LPLONG;
typedef ULONG *PULONG;
typedef DWORD *PDWORD, *LPDWORD;
typedef LONGLONG *PLONGLONG;
typedef ULONGLONG *PULONGLONG;
typedef LONG64 *PLONG64;
typedef ULONG64 *PULONG64;
typedef INT64 *PINT64;
typedef UINT64 *PUINT64;
typedef ULONG_PTR *PULONG_PTR;
typedef SIZE_T *PSIZE_T;
typedef HANDLE *PHANDLE;
typedef PVOID PSID;
typedef PVOID PSECURITY_DESCRIPTOR;

#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)
#define ANYSIZE_ARRAY        1
#define MAX_PATH             260
#define MAXCHAR              0x7f
#define MAXSHORT             0x7fff
#define MAXLONG              0x7fffffff
#define MAXUCHAR             0xff
#define MAXUSHORT            0xffff
#define MAXULONG             0xffffffffU
#define MAXDWORD             0xffffffffU
#define MAXLONGLONG          ((LONGLONG)INT64_MAX)
#define MAXULONGLONG         ((ULONGLONG)UINT64_MAX)

/* --- Text ------------------------------------------------------------------------------------ */

#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#elif defined(__cplusplus) && __cplusplus >= 201103L
typedef char16_t WCHAR;
#else
typedef uint16_t WCHAR; /* the type of the elements of u"" */
#endif

typedef WCHAR *PWCHAR, *PWCH, *PWSTR, *LPWSTR;
typedef const WCHAR *PCWCHAR, *PCWCH, *PCWSTR, *LPCWSTR;
typedef CHAR *PCH, *PSTR, *LPSTR;
typedef const CHAR *PCCH, *PCSTR, *LPCSTR;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#define TEXT(text) ETWIRE_WIDE(text)
#else
typedef CHAR TCHAR, *PTCHAR;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#define TEXT(text) text
#endif

/* --- Structures ------------------------------------------------------------------------------ */

/* Members whose type has no name. NONAMELESSUNION gives them these names, for compilers that
 * need one. */
#ifdef NONAMELESSUNION
#define DUMMYUNIONNAME   u
#define DUMMYUNIONNAME2  u2
#define DUMMYUNIONNAME3  u3
#define DUMMYUNIONNAME4  u4
#define DUMMYUNIONNAME5  u5
#define DUMMYSTRUCTNAME  s
#define DUMMYSTRUCTNAME2 s2
#define DUMMYSTRUCTNAME3 s3
#else
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYUNIONNAME3
#define DUMMYUNIONNAME4
#define DUMMYUNIONNAME5
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2
#define DUMMYSTRUCTNAME3
#endif

typedef union _LARGE_INTEGER {
    ETWIRE_NAMELESS struct {
        ETWIRE_LOW_HIGH(DWORD LowPart, LONG HighPart);
    } DUMMYSTRUCTNAME;
    struct {
        ETWIRE_LOW_HIGH(DWORD LowPart, LONG HighPart);
    } u;
    LONGLONG QuadPart ETWIRE_ALIGN8;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    ETWIRE_NAMELESS struct {
        ETWIRE_LOW_HIGH(DWORD LowPart, DWORD HighPart);
    } DUMMYSTRUCTNAME;
    struct {
        ETWIRE_LOW_HIGH(DWORD LowPart, DWORD HighPart);
    } u;
    ULONGLONG QuadPart ETWIRE_ALIGN8;
} ULARGE_INTEGER, *PULARGE_INTEGER;

/* 100 ns since 1601-01-01 UTC, in two halves. The low one comes first on every host, and the
 * alignment is 4: copy it to a ULARGE_INTEGER by halves. */
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;     /* 1 to 12 */
    WORD wDayOfWeek; /* 0 is Sunday */
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef struct _TIME_ZONE_INFORMATION {
    LONG Bias; /* minutes to add to local time for UTC */
    WCHAR StandardName[32];
    SYSTEMTIME StandardDate;
    LONG StandardBias;
    WCHAR DaylightName[32];
    SYSTEMTIME DaylightDate;
    LONG DaylightBias;
} TIME_ZONE_INFORMATION, *PTIME_ZONE_INFORMATION, *LPTIME_ZONE_INFORMATION;

/* --- GUIDs ----------------------------------------------------------------------------------- */

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;
#endif

typedef GUID *LPGUID, *PGUID;
typedef const GUID *LPCGUID, *PCGUID;
typedef GUID IID, CLSID;

#ifdef __cplusplus
#define REFGUID const GUID &
#else
#define REFGUID const GUID *const
#endif

#if defined(__GNUC__)
#define DECLSPEC_SELECTANY __attribute__((weak))
#else
#define DECLSPEC_SELECTANY
#endif

/* Takes two GUIDs in C++, two pointers to GUIDs in C. */
#ifdef __cplusplus
extern "C++" {
inline BOOL IsEqualGUID(REFGUID a, REFGUID b)
{
    return memcmp(&a, &b, sizeof(GUID)) == 0;
}
inline BOOL InlineIsEqualGUID(REFGUID a, REFGUID b)
{
    return IsEqualGUID(a, b);
}
inline bool operator==(REFGUID a, REFGUID b)
{
    return IsEqualGUID(a, b) != 0;
}
inline bool operator!=(REFGUID a, REFGUID b)
{
    return IsEqualGUID(a, b) == 0;
}
}
#else
#define IsEqualGUID(a, b)       (memcmp((a), (b), sizeof(GUID)) == 0)
#define InlineIsEqualGUID(a, b) IsEqualGUID(a, b)
#endif

/* --- Errors ---------------------------------------------------------------------------------- */

#define NO_ERROR                       0
#define ERROR_SUCCESS                  0
#define ERROR_FILE_NOT_FOUND           2
#define ERROR_PATH_NOT_FOUND           3
#define ERROR_ACCESS_DENIED            5
#define ERROR_INVALID_HANDLE           6
#define ERROR_NOT_ENOUGH_MEMORY        8
#define ERROR_INVALID_DATA             13
#define ERROR_OUTOFMEMORY              14
#define ERROR_NOT_READY                21
#define ERROR_BAD_LENGTH               24
#define ERROR_NOT_SUPPORTED            50
#define ERROR_INVALID_PARAMETER        87
#define ERROR_BUFFER_OVERFLOW          111
#define ERROR_CALL_NOT_IMPLEMENTED     120
#define ERROR_INSUFFICIENT_BUFFER      122
#define ERROR_BAD_PATHNAME             161
#define ERROR_BUSY                     170
#define ERROR_ALREADY_EXISTS           183
#define ERROR_MORE_DATA                234
#define ERROR_NOACCESS                 998
#define ERROR_NOT_FOUND                1168
#define ERROR_CANCELLED                1223
#define ERROR_FILE_CORRUPT             1392
#define ERROR_XML_PARSE_ERROR          1465
#define ERROR_UNSUPPORTED_TYPE         1630
#define ERROR_INVALID_TIME             1901
#define ERROR_WMI_GUID_NOT_FOUND       4200
#define ERROR_WMI_INSTANCE_NOT_FOUND   4201
#define ERROR_WMI_ALREADY_ENABLED      4206
#define ERROR_WMI_SERVER_UNAVAILABLE   4208
#define ERROR_EMPTY                    4306
#define ERROR_RESOURCE_NOT_FOUND       5007
#define ERROR_INVALID_STATE            5023
#define ERROR_CTX_CLOSE_PENDING        7007
#define ERROR_EVT_INVALID_EVENT_DATA   15005
#define ERROR_EVT_MESSAGE_NOT_FOUND    15027
#define ERROR_EVT_MESSAGE_ID_NOT_FOUND 15028

#ifdef __cplusplus
extern "C" {
#endif

/* The code of the last failed OpenTrace... of this thread; each thread has its own, at first 0.
 * Success leaves it as it is. */
ETWIRE_EXPORT DWORD WINAPI GetLastError(VOID);
ETWIRE_EXPORT VOID WINAPI SetLastError(DWORD dwErrCode);

#ifdef __cplusplus
}
#endif

/* --- Small things that trace programs use ---------------------------------------------------- */

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define ZeroMemory(to, size)              ((void)memset((to), 0, (size)))
#define RtlZeroMemory(to, size)           ZeroMemory(to, size)
#define CopyMemory(to, from, size)        ((void)memcpy((to), (from), (size)))
#define RtlCopyMemory(to, from, size)     CopyMemory(to, from, size)
#define ARRAYSIZE(array)                  (sizeof(array) / sizeof((array)[0]))
#define FIELD_OFFSET(type, field)         ((LONG)offsetof(type, field))
#define LOBYTE(word)                      ((BYTE)((word)&0xff))
#define HIBYTE(word)                      ((BYTE)(((word) >> 8) & 0xff))
#define LOWORD(dword)                     ((WORD)((dword)&0xffff))
#define HIWORD(dword)                     ((WORD)(((dword) >> 16) & 0xffff))

#endif

#endif

/* DEFINE_GUID names a GUID that is elsewhere; if INITGUID is defined it is here. Several files of a
 * program may define the same one. Outside the guard, so that INITGUID counts wherever it is
 * defined before the header that uses DEFINE_GUID. */
#ifndef _WIN32
#undef DEFINE_GUID
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    EXTERN_C ETWIRE_EXPORT DECLSPEC_SELECTANY const GUID name;                                     \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    EXTERN_C ETWIRE_EXPORT const GUID name
#endif
#endif

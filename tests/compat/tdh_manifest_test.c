/* SPDX-License-Identifier: MIT */
/* Loading manifests, and taking them out again. */
#include "mill.h"

#define PATH    "tdh_manifest_test.man"
#define OTHER   "tdh_manifest_other.man"
#define MISSING "tdh_manifest_missing.man"

static ULONG ask(USHORT id)
{
    EVENT_RECORD record = record_of(id, 0, NULL, 0);
    ULONG size = 0;
    return TdhGetEventInformation(&record, 0, NULL, NULL, &size);
}

static void a_path_is_checked(void)
{
    char text[MAX_PATH + 3];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    check_code(TdhLoadManifest(NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhLoadManifest(wide(text)), ERROR_INVALID_PARAMETER);
    check_code(TdhLoadManifest(wide(MISSING)), ERROR_FILE_NOT_FOUND);
    check_code(TdhLoadManifest(wide("no/such/folder.man")), ERROR_FILE_NOT_FOUND);
    check_code(TdhUnloadManifest(NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhUnloadManifest(wide(text)), ERROR_INVALID_PARAMETER);
    check_code(TdhUnloadManifest(wide(MISSING)), ERROR_FILE_NOT_FOUND);
    check_code(TdhLoadManifestFromBinary(NULL), ERROR_INVALID_PARAMETER);
    check_code(TdhLoadManifestFromBinary(wide(text)), ERROR_INVALID_PARAMETER);
    check_code(TdhLoadManifestFromBinary(wide(MISSING)), ERROR_FILE_NOT_FOUND);
}

static void what_is_no_manifest_is_refused(void)
{
    write_file(PATH, "no manifest", 11);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_XML_PARSE_ERROR);
    check_code(TdhUnloadManifest(wide(PATH)), ERROR_XML_PARSE_ERROR);
    check_code(TdhLoadManifestFromBinary(wide(PATH)), ERROR_RESOURCE_NOT_FOUND);
    write_file(PATH, MILL_MANIFEST, 900);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_XML_PARSE_ERROR);
    write_file(PATH, MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
    check_code(TdhLoadManifestFromBinary(wide(PATH)), ERROR_RESOURCE_NOT_FOUND);
    check_code(ask(6), ERROR_NOT_FOUND);
}

static void a_manifest_is_loaded_and_unloaded(void)
{
    write_file(PATH, MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_SUCCESS);
    check_code(ask(6), ERROR_INSUFFICIENT_BUFFER);
    check_code(ask(99), ERROR_NOT_FOUND);
    remove(PATH); /* it is not needed any more */
    check_code(ask(7), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhUnloadManifest(wide(PATH)), ERROR_SUCCESS);
    check_code(ask(6), ERROR_NOT_FOUND);
    check_code(TdhUnloadManifest(wide(PATH)), ERROR_FILE_NOT_FOUND);
}

#define EVENT8                                                                                     \
    MILL_FIRST "<templates/><events><event value='8'/></events></provider></events>"               \
               "</instrumentation></instrumentationManifest>"

static void loading_again_replaces(void)
{
    write_file(PATH, MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_SUCCESS);
    write_file(PATH, EVENT8, sizeof EVENT8 - 1);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_SUCCESS);
    check_code(ask(6), ERROR_NOT_FOUND);
    check_code(ask(8), ERROR_INSUFFICIENT_BUFFER);
    write_file(PATH, "damaged", 7);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_XML_PARSE_ERROR);
    check_code(ask(8), ERROR_INSUFFICIENT_BUFFER); /* as before */
    check_code(TdhUnloadManifest(wide(PATH)), ERROR_SUCCESS);
    check_code(ask(8), ERROR_NOT_FOUND);
}

static void paths_are_apart(void)
{
    write_file(PATH, MILL_MANIFEST, sizeof MILL_MANIFEST - 1);
    write_file(OTHER, EVENT8, sizeof EVENT8 - 1);
    check_code(TdhLoadManifest(wide(PATH)), ERROR_SUCCESS);
    check_code(TdhLoadManifest(wide(OTHER)), ERROR_SUCCESS);
    check_code(ask(6), ERROR_INSUFFICIENT_BUFFER);
    check_code(ask(8), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhUnloadManifest(wide(PATH)), ERROR_SUCCESS);
    check_code(ask(6), ERROR_NOT_FOUND);
    check_code(ask(8), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhUnloadManifest(wide(OTHER)), ERROR_SUCCESS);
    remove(PATH);
    remove(OTHER);
}

#define LONGER                                                                                     \
    MILL_FIRST "<templates><template tid='t'><data name='Wide' inType='win:UInt64'/></template>"   \
               "</templates><events><event value='6' template='t'/></events></provider></events>"  \
               "</instrumentation></instrumentationManifest>"

static void the_last_one_is_asked_first(void)
{
    EVENT_RECORD record = record_of(6, 0, payload, sizeof payload);
    PROPERTY_DATA_DESCRIPTOR only = {(ULONG_PTR)wide("Only"), 0, 0};
    PROPERTY_DATA_DESCRIPTOR wider = {(ULONG_PTR)wide("Wide"), 0, 0};
    ULONG size = 0;
    check_code(TdhLoadManifestFromMemory(LONGER, sizeof LONGER - 1), ERROR_SUCCESS);
    load_mill();
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &only, &size), ERROR_SUCCESS);
    check(size == 4);
    check_code(TdhUnloadManifestFromMemory(MILL_MANIFEST, sizeof MILL_MANIFEST - 1), ERROR_SUCCESS);
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &only, &size), ERROR_NOT_FOUND);
    check_code(TdhGetPropertySize(&record, 0, NULL, 1, &wider, &size), ERROR_SUCCESS);
    check(size == 8);
    check_code(TdhUnloadManifestFromMemory(LONGER, sizeof LONGER - 1), ERROR_SUCCESS);
}

static void memory_is_loaded_too(void)
{
    static char copy[] = MILL_MANIFEST;
    ULONG size = sizeof copy - 1;
    check_code(TdhLoadManifestFromMemory(NULL, 1), ERROR_INVALID_PARAMETER);
    check_code(TdhLoadManifestFromMemory(copy, 0), ERROR_INVALID_PARAMETER);
    check_code(TdhUnloadManifestFromMemory(NULL, 1), ERROR_INVALID_PARAMETER);
    check_code(TdhUnloadManifestFromMemory(copy, 0), ERROR_INVALID_PARAMETER);
    check_code(TdhLoadManifestFromMemory("nothing", 7), ERROR_RESOURCE_NOT_FOUND);
    check_code(TdhLoadManifestFromMemory(copy, 900), ERROR_RESOURCE_NOT_FOUND);
    check_code(TdhUnloadManifestFromMemory("nothing", 7), ERROR_RESOURCE_NOT_FOUND);
    check_code(TdhUnloadManifestFromMemory(copy, size), ERROR_FILE_NOT_FOUND);
    check_code(TdhLoadManifestFromMemory(copy, size), ERROR_SUCCESS);
    memset(copy, 0, sizeof copy); /* it was copied */
    check_code(ask(6), ERROR_INSUFFICIENT_BUFFER);
    check_code(TdhUnloadManifestFromMemory(MILL_MANIFEST, size), ERROR_SUCCESS);
    check_code(ask(6), ERROR_NOT_FOUND);
}

int main(void)
{
    a_path_is_checked();
    what_is_no_manifest_is_refused();
    a_manifest_is_loaded_and_unloaded();
    loading_again_replaces();
    paths_are_apart();
    the_last_one_is_asked_first();
    memory_is_loaded_too();
    return tap_done();
}

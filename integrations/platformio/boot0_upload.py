# SPDX-License-Identifier: MIT
"""Makes boot0 the upload command of a PlatformIO project: see README.md in this directory."""

Import("env")  # noqa: F821  pylint: disable=undefined-variable

env.Replace(  # noqa: F821  pylint: disable=undefined-variable
    UPLOADER="boot0",
    UPLOADCMD="$UPLOADER flash $UPLOADERFLAGS $BUILD_DIR/${PROGNAME}.elf",
)

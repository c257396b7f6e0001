// precompiled.hpp is compiled for a target, and a target has a source file.

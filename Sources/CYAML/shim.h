// Lets Swift see CYAML's C library; no logic.
#pragma once
#include <yaml.h>

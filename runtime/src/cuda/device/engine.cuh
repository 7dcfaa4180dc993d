#pragma once
#include "words.cuh"

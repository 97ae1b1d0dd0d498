#pragma once

#ifdef __cplusplus
extern "C" {
#endif

enum floor_link { FLOOR_NEW_GUARD, FLOOR_LASTING_GUARD, FLOOR_TUN };

/// The floor of a cell of the matrix, in a private network that is there already.
struct floor_cell;
/// NULL and the reason where the system does not allow it.
struct floor_cell* floor_cell_open(enum floor_link link, const char** reason);
/// Plays that many, and writes down how many microseconds each took.
void floor_cell_play(struct floor_cell* cell, double* times, int count);
void floor_cell_close(struct floor_cell* cell);

#ifdef __cplusplus
}
#endif

#pragma once

/// Everything done on Lanes must end up inside the loop that does it: a call would pass the
/// registers through memory. The scalar lanes are memory anyway; there it would only bloat.
#ifdef __AVX2__
#define PELTON_LANE [[gnu::always_inline]] inline
#else
#define PELTON_LANE inline
#endif

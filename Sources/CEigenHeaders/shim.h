/* Eigen is C++: CEigen includes it; this map only carries pkg-config's include path. */

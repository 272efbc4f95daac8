/* tinygltf is C++: CTinyGLTF includes it; this map only carries its paths and its library. */

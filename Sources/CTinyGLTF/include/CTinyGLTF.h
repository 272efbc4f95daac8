#ifndef CTINYGLTF_H
#define CTINYGLTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What tinygltf parsed, as plain records. An index of -1 stands for "not given". Nothing here is checked against
// anything else: indices, offsets and numbers are as the file says.

/// A parsed document.
typedef struct CTinyGLTFDocument CTinyGLTFDocument;

/// The lists of a document.
typedef enum CTinyGLTFList {
  CTinyGLTFListBuffers,
  CTinyGLTFListBufferViews,
  CTinyGLTFListAccessors,
  CTinyGLTFListMeshes,
  CTinyGLTFListNodes,
  CTinyGLTFListScenes,
  CTinyGLTFListMaterials,
  CTinyGLTFListTextures,
  CTinyGLTFListSamplers,
  CTinyGLTFListImages,
  CTinyGLTFListCameras,
  CTinyGLTFListLights,
  CTinyGLTFListExtensionsRequired,
  CTinyGLTFListExtensionsUsed
} CTinyGLTFList;

/// Four numbers.
typedef struct CTinyGLTFVector {
  double x, y, z, w;
} CTinyGLTFVector;

typedef struct CTinyGLTFBytes {
  const uint8_t *_Nullable bytes;
  size_t count;
} CTinyGLTFBytes;

typedef struct CTinyGLTFBufferView {
  int32_t buffer;
  size_t byteOffset, byteLength, byteStride;
} CTinyGLTFBufferView;

typedef struct CTinyGLTFAccessor {
  int32_t bufferView;
  size_t byteOffset, count;
  int32_t componentType;
  /// Numbers an element: 1, 2, 3, 4; 0 for matrices.
  int32_t channels;
  bool normalized;
  bool isSparse;
  int32_t sparseCount;
  int32_t indicesBufferView, indicesByteOffset, indicesComponentType;
  int32_t valuesBufferView, valuesByteOffset;
} CTinyGLTFAccessor;

typedef struct CTinyGLTFPrimitive {
  int32_t mode, indices, material;
  int32_t position, normal, color, texcoord0, texcoord1;
  bool isSkinnedOrMorphed;
} CTinyGLTFPrimitive;

typedef struct CTinyGLTFNode {
  /// -1: a root; -2: several parents.
  int32_t parent;
  int32_t mesh, camera, light, skin;
  bool hasMatrix;
  CTinyGLTFVector column0, column1, column2, column3;
  CTinyGLTFVector translation, rotation, scale;
} CTinyGLTFNode;

typedef struct CTinyGLTFTextureInfo {
  int32_t texture, texcoord;
  bool hasTransform;
  double offsetU, offsetV, rotation, scaleU, scaleV;
} CTinyGLTFTextureInfo;

typedef struct CTinyGLTFMaterial {
  CTinyGLTFVector baseColorFactor;
  CTinyGLTFTextureInfo baseColor, metallicRoughness, normal, occlusion, emissive;
  double metallic, roughness, normalScale, occlusionStrength;
  CTinyGLTFVector emissiveFactor;
  double emissiveStrength;
  double alphaCutoff;
  bool isDoubleSided, isUnlit;
  bool isSpecularGlossiness;
  CTinyGLTFVector specularFactor;
  double glossiness;
} CTinyGLTFMaterial;

typedef struct CTinyGLTFTexture {
  int32_t sampler, image;
} CTinyGLTFTexture;

typedef struct CTinyGLTFSampler {
  int32_t minFilter, magFilter, wrapS, wrapT;
} CTinyGLTFSampler;

typedef struct CTinyGLTFCamera {
  bool isOrthographic;
  double aspectRatio, yfov, znear, zfar, xmag, ymag;
} CTinyGLTFCamera;

typedef struct CTinyGLTFLight {
  CTinyGLTFVector color;
  double intensity, range, innerConeAngle, outerConeAngle;
} CTinyGLTFLight;

/// Parses a document with tinygltf::TinyGLTF::LoadASCIIFromString or LoadBinaryFromMemory. Images stay as they are
/// encoded; files beside the document are read from `folder` where they are regular ones. Never NULL but for want
/// of memory; see ctinygltf_error.
CTinyGLTFDocument *_Nullable ctinygltf_create(const uint8_t *_Nonnull bytes, size_t count, bool isBinary,
                                      const char *_Nonnull folder);
void ctinygltf_destroy(CTinyGLTFDocument *_Nullable document);

/// What is wrong, or an empty string.
const char *_Nonnull ctinygltf_error(const CTinyGLTFDocument *_Nonnull document);

int32_t ctinygltf_count(const CTinyGLTFDocument *_Nonnull document, CTinyGLTFList list);
/// The name of an entry, or of an extension, or an image's URI where it could not be read.
const char *_Nonnull ctinygltf_name(const CTinyGLTFDocument *_Nonnull document, CTinyGLTFList list,
                                int32_t index);

CTinyGLTFBytes ctinygltf_buffer(const CTinyGLTFDocument *_Nonnull document, int32_t index);
CTinyGLTFBufferView ctinygltf_buffer_view(const CTinyGLTFDocument *_Nonnull document, int32_t index);
CTinyGLTFAccessor ctinygltf_accessor(const CTinyGLTFDocument *_Nonnull document, int32_t index);
int32_t ctinygltf_primitive_count(const CTinyGLTFDocument *_Nonnull document, int32_t mesh);
CTinyGLTFPrimitive ctinygltf_primitive(const CTinyGLTFDocument *_Nonnull document, int32_t mesh,
                               int32_t index);
CTinyGLTFNode ctinygltf_node(const CTinyGLTFDocument *_Nonnull document, int32_t index);
/// The scene to show, or -1.
int32_t ctinygltf_default_scene(const CTinyGLTFDocument *_Nonnull document);
int32_t ctinygltf_root_count(const CTinyGLTFDocument *_Nonnull document, int32_t scene);
int32_t ctinygltf_root(const CTinyGLTFDocument *_Nonnull document, int32_t scene, int32_t index);
CTinyGLTFMaterial ctinygltf_material(const CTinyGLTFDocument *_Nonnull document, int32_t index);
const char *_Nonnull ctinygltf_alpha_mode(const CTinyGLTFDocument *_Nonnull document, int32_t material);
CTinyGLTFTexture ctinygltf_texture(const CTinyGLTFDocument *_Nonnull document, int32_t index);
CTinyGLTFSampler ctinygltf_sampler(const CTinyGLTFDocument *_Nonnull document, int32_t index);
/// The encoded bytes of an image from a URI; none where it lies in a buffer view or is missing.
CTinyGLTFBytes ctinygltf_image(const CTinyGLTFDocument *_Nonnull document, int32_t index);
int32_t ctinygltf_image_buffer_view(const CTinyGLTFDocument *_Nonnull document, int32_t index);
const char *_Nonnull ctinygltf_image_uri(const CTinyGLTFDocument *_Nonnull document, int32_t index);
CTinyGLTFCamera ctinygltf_camera(const CTinyGLTFDocument *_Nonnull document, int32_t index);
CTinyGLTFLight ctinygltf_light(const CTinyGLTFDocument *_Nonnull document, int32_t index);
const char *_Nonnull ctinygltf_light_type(const CTinyGLTFDocument *_Nonnull document, int32_t index);

#ifdef __cplusplus
}
#endif
#endif

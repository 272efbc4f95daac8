// A C face on tinygltf's model. Exceptions end here; nothing is checked but what keeps this file itself in bounds.
#include "CTinyGLTF.h"

#include <sys/stat.h>
#include <tiny_gltf.h>

#include <cmath>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <new>

struct CTinyGLTFDocument {
  tinygltf::Model model;
  std::string error;
  std::vector<int32_t> parents;
};

namespace {

const int64_t largestFile = int64_t(1) << 30;

bool regularFile(const std::string &path, void *) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_size <= largestFile;
}

std::string samePath(const std::string &path, void *) { return path; }

bool readFile(std::vector<unsigned char> *out, std::string *err, const std::string &path, void *) {
  std::ifstream file(path, std::ios::binary);
  if (!regularFile(path, nullptr) || !file) {
    if (err) *err += path + " cannot be read\n";
    return false;
  }
  out->assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  return true;
}

bool writeNothing(std::string *, const std::string &, const std::vector<unsigned char> &, void *) {
  return false;
}

/// Keeps an image encoded; those in buffer views are left there.
bool keepImage(tinygltf::Image *image, const int, std::string *, std::string *, int, int,
               const unsigned char *bytes, int size, void *) {
  if (image->bufferView < 0 && bytes && size > 0) image->image.assign(bytes, bytes + size);
  return true;
}

CTinyGLTFVector vector(const std::vector<double> &v, CTinyGLTFVector standard) {
  if (v.size() > 0) standard.x = v[0];
  if (v.size() > 1) standard.y = v[1];
  if (v.size() > 2) standard.z = v[2];
  if (v.size() > 3) standard.w = v[3];
  return standard;
}

double number(const tinygltf::Value &object, const char *key, double standard) {
  if (!object.IsObject() || !object.Has(key)) return standard;
  const tinygltf::Value &value = object.Get(key);
  return value.IsNumber() ? value.GetNumberAsDouble() : std::nan("");
}

int32_t integer(const tinygltf::Value &object, const char *key, int32_t standard) {
  double value = number(object, key, standard);
  return value >= -1 && value < 2147483647 ? int32_t(value) : -3;
}

double element(const tinygltf::Value &object, const char *key, int index, double standard) {
  if (!object.IsObject() || !object.Has(key)) return standard;
  const tinygltf::Value &array = object.Get(key);
  if (!array.IsArray() || int(array.ArrayLen()) <= index) return std::nan("");
  const tinygltf::Value &value = array.Get(index);
  return value.IsNumber() ? value.GetNumberAsDouble() : std::nan("");
}

CTinyGLTFTextureInfo transformed(CTinyGLTFTextureInfo info, const tinygltf::Value &transform) {
  info.hasTransform = true;
  info.offsetU = element(transform, "offset", 0, 0);
  info.offsetV = element(transform, "offset", 1, 0);
  info.rotation = number(transform, "rotation", 0);
  info.scaleU = element(transform, "scale", 0, 1);
  info.scaleV = element(transform, "scale", 1, 1);
  info.texcoord = integer(transform, "texCoord", info.texcoord);
  return info;
}

const CTinyGLTFTextureInfo noTexture = {-1, 0, false, 0, 0, 0, 1, 1};

template <typename Info>
CTinyGLTFTextureInfo textureInfo(const Info &from) {
  CTinyGLTFTextureInfo info = noTexture;
  info.texture = from.index;
  info.texcoord = from.texCoord;
  auto extension = from.extensions.find("KHR_texture_transform");
  return extension == from.extensions.end() ? info : transformed(info, extension->second);
}

CTinyGLTFTextureInfo textureInfo(const tinygltf::Value &object, const char *key) {
  CTinyGLTFTextureInfo info = noTexture;
  if (!object.IsObject() || !object.Has(key)) return info;
  const tinygltf::Value &from = object.Get(key);
  info.texture = integer(from, "index", -3);
  info.texcoord = integer(from, "texCoord", 0);
  if (!from.Has("extensions") || !from.Get("extensions").Has("KHR_texture_transform")) return info;
  return transformed(info, from.Get("extensions").Get("KHR_texture_transform"));
}

int32_t attribute(const tinygltf::Primitive &primitive, const char *name) {
  auto found = primitive.attributes.find(name);
  return found == primitive.attributes.end() ? -1 : found->second;
}

void findParents(CTinyGLTFDocument &document) {
  const auto &nodes = document.model.nodes;
  document.parents.assign(nodes.size(), -1);
  for (size_t i = 0; i < nodes.size(); i++) {
    for (int child : nodes[i].children) {
      if (child < 0 || size_t(child) >= nodes.size()) {
        document.error = "nodes[" + std::to_string(i) + "].children: node " +
                         std::to_string(child) + " does not exist";
        continue;
      }
      document.parents[size_t(child)] = document.parents[size_t(child)] == -1 ? int32_t(i) : -2;
    }
  }
}

}  // namespace

CTinyGLTFDocument *ctinygltf_create(const uint8_t *bytes, size_t count, bool isBinary, const char *folder) {
  CTinyGLTFDocument *document = new (std::nothrow) CTinyGLTFDocument();
  if (!document) return nullptr;
  try {
    if (count > std::numeric_limits<unsigned int>::max()) {
      document->error = "larger than 4 GiB";
      return document;
    }
    tinygltf::TinyGLTF loader;
    loader.SetImageLoader(keepImage, nullptr);
    loader.SetFsCallbacks({regularFile, samePath, readFile, writeNothing, nullptr});
    std::string error, warning;
    bool parsed =
        isBinary ? loader.LoadBinaryFromMemory(&document->model, &error, &warning, bytes,
                                               static_cast<unsigned int>(count), folder)
                 : loader.LoadASCIIFromString(&document->model, &error, &warning,
                                              reinterpret_cast<const char *>(bytes),
                                              static_cast<unsigned int>(count), folder);
    if (!parsed || !error.empty()) {
      document->error = error.empty() ? "is no glTF 2.0" : error;
      return document;
    }
    findParents(*document);
  } catch (const std::exception &problem) {
    document->error = problem.what();
  } catch (...) {
    document->error = "cannot be parsed";
  }
  return document;
}

void ctinygltf_destroy(CTinyGLTFDocument *document) { delete document; }

const char *ctinygltf_error(const CTinyGLTFDocument *document) { return document->error.c_str(); }

int32_t ctinygltf_count(const CTinyGLTFDocument *document, CTinyGLTFList list) {
  const auto &model = document->model;
  switch (list) {
    case CTinyGLTFListBuffers: return int32_t(model.buffers.size());
    case CTinyGLTFListBufferViews: return int32_t(model.bufferViews.size());
    case CTinyGLTFListAccessors: return int32_t(model.accessors.size());
    case CTinyGLTFListMeshes: return int32_t(model.meshes.size());
    case CTinyGLTFListNodes: return int32_t(model.nodes.size());
    case CTinyGLTFListScenes: return int32_t(model.scenes.size());
    case CTinyGLTFListMaterials: return int32_t(model.materials.size());
    case CTinyGLTFListTextures: return int32_t(model.textures.size());
    case CTinyGLTFListSamplers: return int32_t(model.samplers.size());
    case CTinyGLTFListImages: return int32_t(model.images.size());
    case CTinyGLTFListCameras: return int32_t(model.cameras.size());
    case CTinyGLTFListLights: return int32_t(model.lights.size());
    case CTinyGLTFListExtensionsRequired: return int32_t(model.extensionsRequired.size());
    case CTinyGLTFListExtensionsUsed: return int32_t(model.extensionsUsed.size());
  }
  return 0;
}

const char *ctinygltf_name(const CTinyGLTFDocument *document, CTinyGLTFList list, int32_t index) {
  const auto &model = document->model;
  const size_t i = size_t(index);
  switch (list) {
    case CTinyGLTFListMeshes: return model.meshes[i].name.c_str();
    case CTinyGLTFListNodes: return model.nodes[i].name.c_str();
    case CTinyGLTFListScenes: return model.scenes[i].name.c_str();
    case CTinyGLTFListMaterials: return model.materials[i].name.c_str();
    case CTinyGLTFListTextures: return model.textures[i].name.c_str();
    case CTinyGLTFListImages: return model.images[i].name.c_str();
    case CTinyGLTFListCameras: return model.cameras[i].name.c_str();
    case CTinyGLTFListLights: return model.lights[i].name.c_str();
    case CTinyGLTFListExtensionsRequired: return model.extensionsRequired[i].c_str();
    case CTinyGLTFListExtensionsUsed: return model.extensionsUsed[i].c_str();
    default: return "";
  }
}

CTinyGLTFBytes ctinygltf_buffer(const CTinyGLTFDocument *document, int32_t index) {
  const auto &data = document->model.buffers[size_t(index)].data;
  return {data.data(), data.size()};
}

CTinyGLTFBufferView ctinygltf_buffer_view(const CTinyGLTFDocument *document, int32_t index) {
  const auto &view = document->model.bufferViews[size_t(index)];
  return {view.buffer, view.byteOffset, view.byteLength, view.byteStride};
}

CTinyGLTFAccessor ctinygltf_accessor(const CTinyGLTFDocument *document, int32_t index) {
  const auto &from = document->model.accessors[size_t(index)];
  CTinyGLTFAccessor accessor = {};
  accessor.bufferView = from.bufferView;
  accessor.byteOffset = from.byteOffset;
  accessor.count = from.count;
  accessor.componentType = from.componentType;
  accessor.channels = from.type == TINYGLTF_TYPE_SCALAR              ? 1
                      : from.type >= 2 && from.type <= TINYGLTF_TYPE_VEC4 ? from.type
                                                                     : 0;
  accessor.normalized = from.normalized;
  accessor.isSparse = from.sparse.isSparse;
  if (from.sparse.isSparse) {
    accessor.sparseCount = from.sparse.count;
    accessor.indicesBufferView = from.sparse.indices.bufferView;
    accessor.indicesByteOffset = from.sparse.indices.byteOffset;
    accessor.indicesComponentType = from.sparse.indices.componentType;
    accessor.valuesBufferView = from.sparse.values.bufferView;
    accessor.valuesByteOffset = from.sparse.values.byteOffset;
  }
  return accessor;
}

int32_t ctinygltf_primitive_count(const CTinyGLTFDocument *document, int32_t mesh) {
  return int32_t(document->model.meshes[size_t(mesh)].primitives.size());
}

CTinyGLTFPrimitive ctinygltf_primitive(const CTinyGLTFDocument *document, int32_t mesh, int32_t index) {
  const auto &from = document->model.meshes[size_t(mesh)].primitives[size_t(index)];
  CTinyGLTFPrimitive primitive = {};
  primitive.mode = from.mode < 0 ? TINYGLTF_MODE_TRIANGLES : from.mode;
  primitive.indices = from.indices;
  primitive.material = from.material;
  primitive.position = attribute(from, "POSITION");
  primitive.normal = attribute(from, "NORMAL");
  primitive.color = attribute(from, "COLOR_0");
  primitive.texcoord0 = attribute(from, "TEXCOORD_0");
  primitive.texcoord1 = attribute(from, "TEXCOORD_1");
  primitive.isSkinnedOrMorphed = !from.targets.empty() || attribute(from, "JOINTS_0") >= 0;
  return primitive;
}

CTinyGLTFNode ctinygltf_node(const CTinyGLTFDocument *document, int32_t index) {
  const auto &from = document->model.nodes[size_t(index)];
  CTinyGLTFNode node = {};
  node.parent = document->parents[size_t(index)];
  node.mesh = from.mesh;
  node.camera = from.camera;
  node.skin = from.skin;
  node.light = -1;
  auto light = from.extensions.find("KHR_lights_punctual");
  if (light != from.extensions.end()) node.light = integer(light->second, "light", -1);
  const auto &m = from.matrix;
  node.hasMatrix = m.size() == 16;
  if (node.hasMatrix) {
    node.column0 = {m[0], m[1], m[2], m[3]};
    node.column1 = {m[4], m[5], m[6], m[7]};
    node.column2 = {m[8], m[9], m[10], m[11]};
    node.column3 = {m[12], m[13], m[14], m[15]};
  }
  node.translation = vector(from.translation, {0, 0, 0, 0});
  node.rotation = vector(from.rotation, {0, 0, 0, 1});
  node.scale = vector(from.scale, {1, 1, 1, 0});
  return node;
}

int32_t ctinygltf_default_scene(const CTinyGLTFDocument *document) { return document->model.defaultScene; }

int32_t ctinygltf_root_count(const CTinyGLTFDocument *document, int32_t scene) {
  return int32_t(document->model.scenes[size_t(scene)].nodes.size());
}

int32_t ctinygltf_root(const CTinyGLTFDocument *document, int32_t scene, int32_t index) {
  return document->model.scenes[size_t(scene)].nodes[size_t(index)];
}

CTinyGLTFMaterial ctinygltf_material(const CTinyGLTFDocument *document, int32_t index) {
  const auto &from = document->model.materials[size_t(index)];
  const auto &pbr = from.pbrMetallicRoughness;
  CTinyGLTFMaterial material = {};
  material.baseColorFactor = vector(pbr.baseColorFactor, {1, 1, 1, 1});
  material.baseColor = textureInfo(pbr.baseColorTexture);
  material.metallicRoughness = textureInfo(pbr.metallicRoughnessTexture);
  material.normal = textureInfo(from.normalTexture);
  material.occlusion = textureInfo(from.occlusionTexture);
  material.emissive = textureInfo(from.emissiveTexture);
  material.metallic = pbr.metallicFactor;
  material.roughness = pbr.roughnessFactor;
  material.normalScale = from.normalTexture.scale;
  material.occlusionStrength = from.occlusionTexture.strength;
  material.emissiveFactor = vector(from.emissiveFactor, {0, 0, 0, 0});
  material.emissiveStrength = 1;
  material.alphaCutoff = from.alphaCutoff;
  material.isDoubleSided = from.doubleSided;
  material.isUnlit = from.extensions.count("KHR_materials_unlit") > 0;
  auto strength = from.extensions.find("KHR_materials_emissive_strength");
  if (strength != from.extensions.end()) {
    material.emissiveStrength = number(strength->second, "emissiveStrength", 1);
  }
  auto glossy = from.extensions.find("KHR_materials_pbrSpecularGlossiness");
  if (glossy != from.extensions.end()) {
    const tinygltf::Value &value = glossy->second;
    material.isSpecularGlossiness = true;
    material.baseColorFactor = {
        element(value, "diffuseFactor", 0, 1), element(value, "diffuseFactor", 1, 1),
        element(value, "diffuseFactor", 2, 1), element(value, "diffuseFactor", 3, 1)};
    material.baseColor = textureInfo(value, "diffuseTexture");
    material.specularFactor = {element(value, "specularFactor", 0, 1),
                               element(value, "specularFactor", 1, 1),
                               element(value, "specularFactor", 2, 1), 0};
    material.glossiness = number(value, "glossinessFactor", 1);
  }
  return material;
}

const char *ctinygltf_alpha_mode(const CTinyGLTFDocument *document, int32_t material) {
  return document->model.materials[size_t(material)].alphaMode.c_str();
}

CTinyGLTFTexture ctinygltf_texture(const CTinyGLTFDocument *document, int32_t index) {
  const auto &texture = document->model.textures[size_t(index)];
  return {texture.sampler, texture.source};
}

CTinyGLTFSampler ctinygltf_sampler(const CTinyGLTFDocument *document, int32_t index) {
  const auto &sampler = document->model.samplers[size_t(index)];
  return {sampler.minFilter, sampler.magFilter, sampler.wrapS, sampler.wrapT};
}

CTinyGLTFBytes ctinygltf_image(const CTinyGLTFDocument *document, int32_t index) {
  const auto &image = document->model.images[size_t(index)].image;
  return {image.data(), image.size()};
}

int32_t ctinygltf_image_buffer_view(const CTinyGLTFDocument *document, int32_t index) {
  return document->model.images[size_t(index)].bufferView;
}

const char *ctinygltf_image_uri(const CTinyGLTFDocument *document, int32_t index) {
  return document->model.images[size_t(index)].uri.c_str();
}

CTinyGLTFCamera ctinygltf_camera(const CTinyGLTFDocument *document, int32_t index) {
  const auto &from = document->model.cameras[size_t(index)];
  const auto &p = from.perspective;
  const auto &o = from.orthographic;
  if (from.type == "orthographic") return {true, 0, 0, o.znear, o.zfar, o.xmag, o.ymag};
  return {false, p.aspectRatio, p.yfov, p.znear, p.zfar, 0, 0};
}

CTinyGLTFLight ctinygltf_light(const CTinyGLTFDocument *document, int32_t index) {
  const auto &light = document->model.lights[size_t(index)];
  return {vector(light.color, {1, 1, 1, 0}), light.intensity, light.range,
          light.spot.innerConeAngle, light.spot.outerConeAngle};
}

const char *ctinygltf_light_type(const CTinyGLTFDocument *document, int32_t index) {
  return document->model.lights[size_t(index)].type.c_str();
}

internal import RealModule
public import SfumatoCore

/// A scene as it came from a file, with what the file says besides.
public struct SceneFile: Equatable, Sendable {
  /// Meshes, materials, textures, instances and lights.
  public var scene: Scene<Float>
  /// The cameras that the file holds.
  public var cameras: [SceneCamera] = []
  /// What was missing, not understood or not kept; a sentence each, with file names.
  public var warnings: [String] = []
  /// What was joined on the way in.
  public var welding = WeldingReport()
  /// How an OBJ file lays its parts out, so that it can be written as it was.
  var layout: OBJLayout?

  /// Makes a scene file.
  public init(_ scene: Scene<Float>, cameras: [SceneCamera] = []) {
    self.scene = scene
    self.cameras = cameras
  }
}

/// How many rows of a file's tables became how many of the meshes: formats without separate indices repeat a position
/// for each texture coordinate and each normal.
public struct WeldingReport: Equatable, Sendable {
  /// Vertices in the file.
  public var fileVertices = 0
  /// Vertices of the meshes: those of equal position, and colour where they have one, are one.
  public var vertices = 0
  /// Vertices that stay apart from others at the same place, as their colours differ.
  public var splitByColor = 0
  /// Primitives, or groups of faces, that were read.
  public var parts = 0

  /// Nothing welded.
  public init() {}
}

/// A camera of a scene file.
public struct SceneCamera: Equatable, Sendable {
  /// How it projects; a size in pixels is the renderer's choice.
  public enum Projection: Equatable, Sendable {
    /// The full angle from top to bottom, and width over height where the file says it.
    case perspective(verticalRadians: Float, aspectRatio: Float?)
    /// Half the width and half the height of what is seen, world units.
    case orthographic(halfWidth: Float, halfHeight: Float)
  }

  /// What the file calls it.
  public var name: String
  /// The projection.
  public var projection: Projection
  /// World to camera, OpenCV axes.
  public var worldToCamera: RigidTransform<Float>
  /// Distance of the near plane, world units.
  public var near: Float
  /// Distance of the far plane, or nil where there is none.
  public var far: Float?

  /// Makes a camera.
  public init(
    name: String = "", projection: Projection, worldToCamera: RigidTransform<Float>,
    near: Float = 0.01, far: Float? = nil
  ) {
    self.name = name
    self.projection = projection
    self.worldToCamera = worldToCamera
    self.near = near
    self.far = far
  }

  /// The camera with a size in pixels; the file's vertical extent is kept, the horizontal one follows the size.
  ///
  /// - Precondition: the size is positive.
  public func camera(width: Int, height: Int) -> Camera<Float> {
    let middle = SIMD2(Float(width) / 2, Float(height) / 2)
    switch projection {
    case .perspective(let angle, _):
      let focal = middle.y / Float.tan(angle / 2)
      return Camera(
        focal: SIMD2(focal, focal), principal: middle, worldToCamera: worldToCamera,
        width: width, height: height)
    case .orthographic(_, let halfHeight):
      let focal = middle.y / halfHeight
      return Camera(
        projection: .orthographic, focal: SIMD2(focal, focal), principal: middle,
        worldToCamera: worldToCamera, width: width, height: height)
    }
  }

  /// Width over height as the file has it; 1 where it says nothing.
  public var aspectRatio: Float {
    switch projection {
    case .perspective(_, let ratio): ratio ?? 1
    case .orthographic(let halfWidth, let halfHeight): halfWidth / halfHeight
    }
  }
}

extension Material<Float> {
  /// Whether a file said nothing of it: diffuse or unlit, opaque, and mid grey or the mesh's own colours without a name.
  package var isPlain: Bool {
    let isBare =
      baseColorTexture == nil && normalTexture == nil && emissiveTexture == nil && emissive == .zero
      && baseColorFactor == SIMD3(repeating: 1)
    guard isBare, shading == .lambert || shading == .unlit, opacity == 1, alphaMode == .opaque
    else { return false }
    if case .constant(let color) = baseColor { return color == SIMD3(repeating: 1 / 2) }
    return name.isEmpty
  }
}

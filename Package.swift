// swift-tools-version: 6.2
// Sfumato: a differentiable rasterizer on the CPU. The modules and who may import whom are drawn in
// CONTRIBUTING.md; a module imports only what stands above it in this file.
import PackageDescription

/// Settings of every target of ours: language mode 6, memory safety checked, warnings are errors.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let real: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")

// What a program imports as Sfumato. The modules that it re-exports are named as well: an incremental build would not
// compile the program anew when only one of them has changed.
let everything: [Target.Dependency] = [
  "Sfumato", "SfumatoCore", "SfumatoSolve", "SfumatoIO", "SfumatoFit",
]

// The same kernel files three times: SfumatoKernelsV3 and V4 hold links to the files of SfumatoKernels
// and are compiled for wider instruction sets; SfumatoCore picks one table at run time.
#if os(Linux) && arch(x86_64)
let wideKernels: [Target] = [
  .target(
    name: "SfumatoKernelsV3", dependencies: ["SfumatoKernelTypes", "CLanes"],
    swiftSettings: common + [
      .define("SFUMATO_V3"),
      .unsafeFlags(["-Xcc", "-march=x86-64-v3"]),
    ]),
  .target(
    name: "SfumatoKernelsV4", dependencies: ["SfumatoKernelTypes", "CLanes"],
    swiftSettings: common + [
      .define("SFUMATO_V4"),
      .unsafeFlags(["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]),
    ]),
]
let wideKernelNames: [Target.Dependency] = ["SfumatoKernelsV3", "SfumatoKernelsV4"]
let wideDefines: [SwiftSetting] = [.define("SFUMATO_WIDE_KERNELS")]
#else
let wideKernels: [Target] = []
let wideKernelNames: [Target.Dependency] = []
let wideDefines: [SwiftSetting] = []
#endif

// Published experiments, each an example with one command; the tables are in Documentation.docc/Experiments.md.
let experimentFolders = [
  ("Example04GenDRShape", "04-gendr-shape"), ("Example05GenDRCameraPose", "05-gendr-camera-pose"),
  ("Example06Family", "06-family"), ("Example07ColorCubePose", "07-color-cube-pose"),
  ("Example08NvdiffrastCube", "08-nvdiffrast-cube"),
  ("Example09NvdiffrastPose", "09-nvdiffrast-pose"), ("Example10PoseSearch", "10-pose-search"),
]
let experiments: [Target] = experimentFolders.map { name, folder in
  .executableTarget(
    name: name,
    dependencies: everything + [
      "ExperimentSupport", real, .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    path: "examples/\(folder)", swiftSettings: common)
}
let experimentNames: [Target.Dependency] = experimentFolders.map { .byName(name: $0.0) }

let package = Package(
  name: "Sfumato",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "SfumatoCore", targets: ["SfumatoCore"]),
    .library(name: "Sfumato", targets: ["Sfumato"]),
    .executable(name: "sfumato", targets: ["SfumatoCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CTinyGLTFHeaders", pkgConfig: "tinygltf",
      providers: [.apt(["libtinygltf-dev"]), .brew(["tinygltf"])]),
    .target(name: "CTinyGLTF", dependencies: ["CTinyGLTFHeaders"]),
    .systemLibrary(
      name: "CEigenHeaders", pkgConfig: "eigen3",
      providers: [.apt(["libeigen3-dev"]), .brew(["eigen"])]),
    .target(
      name: "CEigen", dependencies: ["CEigenHeaders"],
      cxxSettings: [.define("NDEBUG")]),
    .target(name: "CLanes"),
    .target(name: "CCPUFeatures"),
    .target(name: "SfumatoKernelTypes", swiftSettings: common),
    .target(
      name: "SfumatoKernels", dependencies: ["SfumatoKernelTypes", "CLanes"],
      swiftSettings: common),
  ] + wideKernels + [
    .target(
      name: "SfumatoCore",
      dependencies: ["SfumatoKernelTypes", "SfumatoKernels", "CCPUFeatures", real]
        + wideKernelNames,
      swiftSettings: common + wideDefines),
    .target(
      name: "SfumatoSolve", dependencies: ["SfumatoCore", "CEigen", real],
      swiftSettings: common),
    .target(
      name: "SfumatoIO",
      dependencies: ["SfumatoCore", "CPNG", "CTurboJPEG", "CTinyGLTF", real],
      swiftSettings: common),
    .target(
      name: "SfumatoFit",
      dependencies: [
        "SfumatoCore", "SfumatoSolve", "SfumatoIO", .product(name: "Yams", package: "Yams"),
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      swiftSettings: common),
    .target(
      name: "Sfumato", dependencies: ["SfumatoCore", "SfumatoSolve", "SfumatoIO", "SfumatoFit"],
      swiftSettings: common),
    .executableTarget(
      name: "SfumatoCLI",
      dependencies: [
        "Sfumato", "SfumatoCore", "SfumatoSolve", "SfumatoIO", "SfumatoFit", real,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: common),
    .executableTarget(
      name: "Example01Triangle", dependencies: everything, path: "examples/01-triangle",
      swiftSettings: common),
    .executableTarget(
      name: "Example02Gradient", dependencies: everything, path: "examples/02-gradient",
      swiftSettings: common),
    .executableTarget(
      name: "Example03Fit", dependencies: everything, path: "examples/03-fit",
      swiftSettings: common),
    .target(
      name: "ExperimentSupport",
      dependencies: everything + [
        real, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "examples/Support", swiftSettings: common),
  ] + experiments + [
    .target(
      name: "SfumatoTestSupport", dependencies: ["SfumatoCore", real],
      path: "Tests/SfumatoTestSupport", swiftSettings: common),
    .testTarget(
      name: "SfumatoCoreTests",
      dependencies: ["SfumatoCore", "SfumatoKernelTypes", "SfumatoTestSupport", real],
      swiftSettings: common),
    .testTarget(
      name: "SfumatoSolveTests",
      dependencies: ["SfumatoSolve", "SfumatoCore", "SfumatoTestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "SfumatoIOTests", dependencies: ["SfumatoIO", "SfumatoCore", "SfumatoTestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "SfumatoFitTests",
      dependencies: [
        "SfumatoFit", "SfumatoIO", "SfumatoSolve", "SfumatoCore", "SfumatoTestSupport",
      ],
      swiftSettings: common),
    .testTarget(
      name: "SfumatoCLITests",
      dependencies: [
        "SfumatoTestSupport", "SfumatoIO", "SfumatoCore", "SfumatoCLI", "Example01Triangle",
        "Example02Gradient",
        "Example03Fit", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + experimentNames,
      swiftSettings: common),
  ],
  cxxLanguageStandard: .cxx17
)

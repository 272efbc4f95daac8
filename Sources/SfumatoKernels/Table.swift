public import SfumatoKernelTypes

/// The kernels of this module's instruction set.
public var kernelTable: KernelTable {
  #if SFUMATO_V4
  let name = "x86-64-v4"
  #elseif SFUMATO_V3
  let name = "x86-64-v3"
  #else
  let name = "baseline"
  #endif
  return unsafe KernelTable(
    instructionSet: name, softForward: softForward, softBackward: softBackward,
    sampleCoverage: sampleCoverage, runMultiplyAdds: runMultiplyAdds)
}

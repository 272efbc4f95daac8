import SfumatoCore
import Testing

@testable import SfumatoIO

@Suite struct MTLTests {
  private func parse(_ text: String) throws -> ([MTLMaterial], [String]) {
    var reader = MTLReader(Array(text.utf8), path: "a.mtl")
    return (try reader.read(), reader.warnings)
  }

  @Test func `all that is kept is read`() throws {
    let (materials, warnings) = try parse(
      """
      # Blender
      newmtl Red wood
      \tNs 250.5
      \tKa 1 1 1
      \tKd 0.8 0.1 0.2
      \tKs 0.5
      \tKe 0 0 1
      \tNi 1.45
      \td -halo 0.5
      \tTr 0.5 0.5
      \tillum 2
      \tPr 0.25
      \tPm 1
      map_Kd -s 2 3 1 -o 0.5 0.25 -clamp on -mm 0 1 my wood.png
      map_Bump -bm 0.5 -imfchan r n.png
      norm ../n2.png
      map_d a.png
      map_Pr r.png
      map_Pm m.png
      newmtl b
      """)
    let red = try #require(materials.first)
    #expect(materials.map(\.name) == ["Red wood", "b"] && warnings.isEmpty)
    #expect(red.diffuse == SIMD3(0.8, 0.1, 0.2) && red.specular == SIMD3(repeating: 0.5))
    #expect(red.emissive == SIMD3(0, 0, 1) && red.shininess == 250.5 && red.opacity == 0.5)
    #expect(red.transparency == 0.5 && red.illumination == 2)
    #expect(red.roughness == 0.25 && red.metallic == 1)
    let map = try #require(red.diffuseMap)
    #expect(map.file == "my wood.png" && map.scale == SIMD2(2, 3) && map.clamps)
    #expect(map.offset == SIMD2(0.5, 0.25))
    #expect(red.bumpMap?.strength == 0.5 && red.bumpMap?.file == "n.png")
    #expect(red.normalMap?.file == "../n2.png" && red.opacityMap?.file == "a.png")
    #expect(red.roughnessMap?.file == "r.png" && red.metallicMap?.file == "m.png")
    #expect(materials[1].diffuse == nil)
  }

  @Test func `unknown words warn and wrong numbers are errors`() throws {
    let (_, warnings) = try parse("Kd 1 1 1\nnewmtl a\nwood 3\nKd spectral x.rfl\nmap_Kd\n")
    #expect(
      warnings == [
        "a.mtl:1: 'Kd' before the first 'newmtl'", "a.mtl:3: 'wood' is not known and skipped",
        "a.mtl:4: 'spectral' colours are not read", "a.mtl:5: a map without a file name",
      ])
    #expect(
      message { try parse("newmtl a\nKd 1 x 1\n") }
        == "a.mtl:2: 'x' is not a finite decimal number")
    #expect(
      message { try parse("newmtl a\nKd 1 1\n") }
        == "a.mtl:2: a colour has 2 numbers; it takes 1 or 3")
    #expect(try parse("newmtl a\nillum 1e38\n").0[0].illumination == 100)
    #expect(
      message { try parse("newmtl a\nNs nan\n") }
        == "a.mtl:2: 'nan' is not a finite decimal number")
  }
}

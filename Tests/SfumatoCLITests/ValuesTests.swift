import SfumatoFit
import Testing

@testable import SfumatoCLI

@Suite struct ValuesTests {
  @Test func `sizes are two positive whole numbers`() {
    #expect(ImageSize(argument: "640x480") == ImageSize(width: 640, height: 480))
    for bad in ["640", "640x", "x480", "0x4", "-1x4", "1x2x3", "4.5x2", "640X480 "] {
      #expect(ImageSize(argument: bad) == nil, "\(bad)")
    }
  }

  @Test func `orbit angles may be negative`() {
    #expect(
      OrbitAngles(argument: "-30,20") == OrbitAngles(azimuthDegrees: -30, elevationDegrees: 20))
    for bad in ["30", "30,20,10", "30,91", "nan,0", "inf,0", "a,b", ""] {
      #expect(OrbitAngles(argument: bad) == nil, "\(bad)")
    }
  }

  @Test func `colours are of 0 to 1, or of 0 to 255 where a number is above 1`() {
    #expect(ColorValue(argument: "1,0.5,0") == ColorValue(sRGB: SIMD3(1, 0.5, 0)))
    #expect(ColorValue(argument: "255,0,51") == ColorValue(sRGB: SIMD3(1, 0, 0.2)))
    #expect(Backdrop(argument: "none") == Backdrop.none)
    #expect(Backdrop(argument: "1,1,1") == .color(ColorValue(sRGB: SIMD3(1, 1, 1))))
    for bad in ["1,2", "-1,0,0", "256,0,0", "red", ""] {
      #expect(Backdrop(argument: bad) == nil, "\(bad)")
    }
  }

  @Test func `a mask colour has a tolerance on its own scale`() {
    let wide = MaskColor(argument: "0,0,0:51")
    #expect(wide?.sRGB == .zero)
    #expect(wide?.tolerance == 0.2)
    #expect(MaskColor(argument: "0,1,0:0.25")?.tolerance == 0.25)
    #expect(MaskColor(argument: "0,1,0")?.tolerance == 0.5 / 255)
    #expect(MaskColor(argument: "0,1,0:") == nil)
    #expect(MaskColor(argument: "0,1,0:1:1") == nil)
  }

  @Test func `time limits name their unit`() {
    #expect(TimeLimit(argument: "90s")?.seconds == 90)
    #expect(TimeLimit(argument: "1.5m")?.seconds == 90)
    #expect(TimeLimit(argument: "2h")?.seconds == 7200)
    for bad in ["90", "s", "-5s", "0s", "infs", "5 s", ""] {
      #expect(TimeLimit(argument: bad) == nil, "\(bad)")
    }
  }

  @Test func `requirements name a metric and a number`() {
    #expect(Requirement(argument: "iou=0.98") == Requirement(argument: "iou=.98"))
    #expect(Requirement(argument: "psnr_full=-3")?.metric == .psnr_full)
    #expect(Requirement(argument: "psnr=26")?.value == 26)
    for bad in ["iou=high", "iou=nan", "iou", "=1", "chamfer=1", ""] {
      #expect(Requirement(argument: bad) == nil, "\(bad)")
    }
  }
}

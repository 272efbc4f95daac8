import Testing

@testable import SfumatoCLI

@Suite struct JSONValueTests {
  @Test func `keys keep their order and numbers stay finite`() {
    let value: JSONValue = .object([
      "z": 1, "a": .number(0.5), "inf": .number(.infinity), "down": .number(-.infinity),
      "nan": .number(.nan), "list": [1, "two", .bool(true)],
    ])
    #expect(
      value.text
        == #"{"z":1,"a":0.5,"inf":1e+308,"down":-1e+308,"nan":null,"list":[1,"two",true]}"#)
  }

  @Test func `text is escaped`() {
    #expect(JSONValue.string("a\"b\\c\n\u{1}é").text == #""a\"b\\c\n\u0001é""#)
  }

  @Test func `a Float prints its own shortest decimals`() {
    #expect(JSONValue(SIMD3<Float>(0.1, -2, 1e-7)).text == "[0.1,-2.0,1e-07]")
  }

  @Test func `lists of objects print as a table`() {
    let value: JSONValue = .object([
      "psnr": .number(30.125),
      "views": .array([
        .object(["file": "a.png", "iou": .number(1)]),
        .object(["file": "long.png", "iou": .number(0.25)]),
      ]),
    ])
    #expect(
      readable(value) == """
        psnr   30.125
        views
          file       iou
          a.png        1
          long.png  0.25
        """)
  }
}

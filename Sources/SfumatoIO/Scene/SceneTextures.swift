public import SfumatoCore

// Textures of a scene while it is read: the same picture used as colour and as data is two textures, as only colour is
// decoded from sRGB.

/// What a picture is read as.
enum TextureRole: Hashable {
  /// Colour in sRGB, with alpha where the picture has it.
  case color
  /// Numbers as they are.
  case data
}

/// What the pictures of a scene may take together, so that many small files with huge blank pictures do not fill the memory: more
/// than 512 MiB as floats only where the files are at least 1 / 1032 as long, as for one picture.
struct TextureBudget {
  private var fileBytes = 0
  private var floatBytes = 0

  /// Counts a picture that is about to be decoded.
  mutating func take(_ bytes: [UInt8], path: String) throws(ImageFileError) {
    let size = try imageSize(of: bytes, path: path)
    fileBytes += bytes.count
    floatBytes += size.width * size.height * 16
    guard floatBytes <= max(512 << 20, fileBytes * 1032) else {
      throw ImageFileError(path: path, reason: .texturesExceedFiles(floatBytes: floatBytes))
    }
  }
}

/// A picture as a texture: as many channels as it needs, 3 or 4.
func texture(
  _ image: LoadedImage, role: TextureRole, name: String
) -> Texture<Float> {
  let pixels = image.pixels
  let channels = role == .color && image.hasAlpha ? 4 : 3
  var texels = pixels.values
  if channels == 3 {
    for pixel in 0..<pixels.pixelCount {
      for c in 0..<3 { texels[3 * pixel + c] = texels[4 * pixel + c] }
    }
    texels.removeLast(pixels.pixelCount)
  }
  return Texture(
    width: pixels.width, height: pixels.height, channels: channels, texels: texels, name: name)
}

/// The last part of a path without its extension.
func baseName(_ path: String) -> String {
  let last = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
  guard let dot = last.lastIndex(of: "."), dot > last.startIndex else { return last }
  return String(last[..<dot])
}

/// Reads a picture as a texture of colours: sRGB becomes linear light, alpha is kept where the picture has it.
///
/// - Parameters:
///   - path: PNG, JPEG or PFM.
///   - maxSide: the longest side, pixels.
/// - Returns: the texture, named for the file; it repeats and is filtered trilinearly.
/// - Throws: what is wrong with the file.
public func loadTexture(
  _ path: String, maxSide: Int = 16384
) throws(ImageFileError) -> Texture<Float> {
  texture(try loadImage(path, maxSide: maxSide), role: .color, name: baseName(path))
}

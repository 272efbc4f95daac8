internal import Foundation

/// A file that could not be read or written: what the operating system said.
package struct FileAccessError: Error, Equatable, Sendable {
  /// The path as given.
  package var path: String
  /// What went wrong, a phrase.
  package var problem: String
}

/// Writes a whole file or nothing: into a temporary file of the same folder, then renamed.
///
/// An existing file is replaced; asking before is the caller's business.
package func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileAccessError) {
  do {
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw FileAccessError(path: path, problem: phrase(of: error, path: path))
  }
}

/// Reads a whole regular file, or its first `count` bytes.
///
/// Folders, pipes and devices are refused, so that no reader waits for input.
package func readBytes(
  _ path: String, first count: Int? = nil
) throws(FileAccessError) -> [UInt8] {
  var isFolder: ObjCBool = false
  guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw FileAccessError(path: path, problem: "no such file")
  }
  guard !isFolder.boolValue else {
    throw FileAccessError(path: path, problem: "is a folder, not a file")
  }
  do {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw FileAccessError(path: path, problem: "is not a regular file")
    }
    guard let count else { return [UInt8](try Data(contentsOf: url)) }
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? handle.close() }
    return [UInt8](try handle.read(upToCount: count) ?? Data())
  } catch let error as FileAccessError {
    throw error
  } catch {
    throw FileAccessError(path: path, problem: phrase(of: error, path: path))
  }
}

/// The operating system's reason, in words of ours where it is a common one.
private func phrase(of error: any Error, path: String) -> String {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  guard FileManager.default.fileExists(atPath: folder) else {
    return "the folder \(folder) does not exist"
  }
  switch (error as? CocoaError)?.code {
  case .fileReadNoPermission?, .fileWriteNoPermission?: return "permission denied"
  case .fileWriteOutOfSpace?: return "no space left on the device"
  case .fileWriteVolumeReadOnly?: return "the file system is read-only"
  default: return error.localizedDescription
  }
}

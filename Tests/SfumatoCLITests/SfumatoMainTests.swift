import Testing

@Suite struct SfumatoMainTests {
  @Test func `no verb prints the help and succeeds`() throws {
    let run = try CommandRun()
    #expect(run.exitCode == 0)
    #expect(run.output.contains("SUBCOMMANDS"))
    #expect(run.output.contains("3 bad input data"))
    #expect(run.messages.isEmpty)
  }

  @Test func `the version is one line`() throws {
    let run = try CommandRun("--version")
    #expect(run.exitCode == 0)
    #expect(run.output == "0.1.0\n")
  }

  @Test(arguments: [["paint"], ["doctor", "--jsn"], ["doctor", "spare"], ["--frobnicate"]])
  func `what is not understood is exit 2, said on standard error`(arguments: [String]) throws {
    let run = try CommandRun(arguments)
    #expect(run.exitCode == 2)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("Error: "))
    #expect(run.messages.contains(arguments[arguments.count - 1]))
  }

  @Test func `a limit out of range is exit 2`() throws {
    let run = try CommandRun("doctor", "--max-image-side", "0")
    #expect(run.exitCode == 2)
    #expect(run.messages.contains("1 to 65535, not 0"))
  }
}

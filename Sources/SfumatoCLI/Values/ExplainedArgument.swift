internal import ArgumentParser

/// A value of an option that says how it is written when it is written wrongly.
protocol ExplainedArgument {
  /// The form, as the end of a sentence that begins with "it takes".
  static var form: String { get }

  /// Nil where the argument has another form.
  init?(argument: String)
}

/// Reads the value of an option.
func explained<Value: ExplainedArgument>(_ argument: String) throws -> Value {
  guard let value = Value(argument: argument) else {
    throw ValidationError("it takes \(Value.form)")
  }
  return value
}

using Herald.Engine.Events;

namespace Herald.Engine.Sources;

/// <summary>
/// Converts a message into an event. An application has a reader of its own; otherwise <see cref="PlainReader"/> is used.
/// </summary>
/// <remarks>One reader for each source. Not thread-safe: the memory that the draft refers to is valid until the next call.</remarks>
public interface IMessageReader
{
    /// <summary>
    /// Fills the draft. Returns null, or a sentence that says why the message cannot be understood and names field and value.
    /// </summary>
    string? Read(in SourceMessage message, out EventDraft draft);
}

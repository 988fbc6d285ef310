using Herald.Engine.Publishing;

namespace Herald.Engine.Sources;

/// <summary>Says what a message means: which event it is. An application has one of its own; others use <see cref="PlainReader"/>.</summary>
/// <remarks>One a source; not thread-safe: what it lends to the draft lives until the next call.</remarks>
public interface IMessageReader
{
    /// <summary>Fills the draft. Null, or why the message cannot be understood, in a sentence that names field and value.</summary>
    string? Read(in SourceMessage message, out EventDraft draft);
}

using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>No connection was made; the message says why, in one line for display.</summary>
/// <remarks>
/// The HTTP handler wraps this exception, and <see cref="Failures"/> turns it into a result. An address that is refused has the stage
/// <see cref="AttemptStage.Guard"/>. Which setting allows it depends on the caller, so the message does not name one.
/// </remarks>
public sealed class DialException(AttemptStage stage, string reason, Exception? inner = null) : IOException(reason, inner)
{
    public AttemptStage Stage { get; } = stage;
}

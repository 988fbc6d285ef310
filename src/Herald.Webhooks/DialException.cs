using Herald.Engine.Channels;

namespace Herald.Webhooks;

/// <summary>No connection was made. The HTTP handler wraps this exception, and <see cref="Failures"/> turns it into a result.</summary>
internal sealed class DialException(AttemptStage stage, string reason, Exception? inner = null) : IOException(reason, inner)
{
    public AttemptStage Stage { get; } = stage;
}

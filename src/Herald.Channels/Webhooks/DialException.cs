using Herald.Engine.Channels;

namespace Herald.Channels.Webhooks;

/// <summary>No connection was made. It crosses the HTTP handler, which wraps it, and is a result again on the other side.</summary>
internal sealed class DialException(AttemptStage stage, string reason, Exception? inner = null) : IOException(reason, inner)
{
    public AttemptStage Stage { get; } = stage;
}

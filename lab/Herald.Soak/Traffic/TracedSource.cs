using Herald.TestKit.Traces;

namespace Herald.Soak.Traffic;

/// <summary>Traces the messages that are sent to brokers. What a broker acknowledges is a promise that Herald must keep.</summary>
internal static class TracedSource
{
    public static void Ask(TraceRecorder trace, string topic, IReadOnlyList<Tale> tales, bool hasType)
    {
        foreach (var tale in tales)
        {
            trace.Tell(
                "publisher", "publish", ("topic", topic), ("key", tale.Key), ("id", tale.Id), ("type", hasType ? tale.Type : null),
                ("digest", TraceRecorder.Digest(tale.Payload)));
        }
    }

    public static void Accept(TraceRecorder trace, string topic, IReadOnlyList<Tale> tales)
    {
        foreach (var tale in tales)
        {
            trace.Tell(
                "publisher", "published", ("topic", topic), ("key", tale.Key), ("id", tale.Id),
                ("digest", TraceRecorder.Digest(tale.Payload)), ("verdict", "accepted"));
        }
    }
}

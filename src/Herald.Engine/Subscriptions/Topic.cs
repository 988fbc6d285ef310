using System.Text;

namespace Herald.Engine.Subscriptions;

/// <summary>A named stream of events.</summary>
public sealed record Topic
{
    public Topic(string name, int number, DateTimeOffset createdAt, long version)
    {
        (Name, Number, CreatedAt, Version) = (name, number, createdAt, version);
        NameUtf8 = Encoding.UTF8.GetBytes(name);
    }

    public string Name { get; }

    /// <summary>Assigned at creation and never reused: a topic that is deleted and created again has another number.</summary>
    public int Number { get; }
    public DateTimeOffset CreatedAt { get; }
    public long Version { get; }
    internal byte[] NameUtf8 { get; }
}

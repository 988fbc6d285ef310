using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Sources;

/// <summary>How far each source has been read. Only the writer uses it; other threads ask the writer.</summary>
internal sealed class SourceTable
{
    /// <summary>The most bytes that UTF-8 needs for a character of a name.</summary>
    private const int MostPerCharacter = 3;

    private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);

    public long? Find(string source) => _positions.TryGetValue(source, out var position) ? position : null;

    public void Write(FrameBuffer frame, SourcePosition position)
    {
        // Raised before the position is durable, so that a lower one in the same frame changes nothing. Replies wait until the frame is
        // durable.
        _positions[position.Source] = position.Position;
        frame.Begin(EntryType.Source);
        Save(frame, position.Source, position.Position);
        frame.End();
    }

    public static int MaxBytes(SourcePosition position) => FrameBuffer.EntryBytes(16 + (MostPerCharacter * position.Source.Length));

    public KeyValuePair<string, long>[] Snapshot() => [.. _positions];

    public static void Save(FrameBuffer frame, string source, long position)
    {
        frame.AddText(source);
        frame.Add(position);
    }

    public void Load(ref EntryReader entry)
    {
        var source = entry.Text();
        _positions[source] = entry.Long();
    }
}

using Herald.Engine.Basics;
using Herald.Engine.Progress;

namespace Herald.Engine.Shards;

/// <summary>
/// Assembles a progress record: first the subscriptions, then the parts before and after them. One writer serves many records.
/// </summary>
internal sealed class ProgressWriter
{
    private readonly RecordWriter _part = new(), _parts = new();
    private readonly List<(int Number, int Length)> _states = [];

    /// <summary>Receives the saved state of the next subscription, until <see cref="EndState"/>.</summary>
    public RecordWriter State => _part;

    public void EndState(int number)
    {
        _states.Add((number, _part.Length));
        ProgressRecord.WritePart(_parts, _part.Written);
        _part.Clear();
    }

    /// <param name="head">The head without its list of subscriptions, which this method adds.</param>
    public void WriteTo(RecordWriter record, ProgressHead head, SettledKeys settled)
    {
        (head with { States = _states }).Write(_part);
        ProgressRecord.WriteHead(record, _part.Written);
        _part.Clear();
        record.Bytes(_parts.Written);
        _parts.Clear();
        _states.Clear();
        settled.Write(_part);
        ProgressRecord.WritePart(record, _part.Written);
        _part.Clear();
    }
}

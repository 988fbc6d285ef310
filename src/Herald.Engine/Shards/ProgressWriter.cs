namespace Herald.Engine.Shards;

/// <summary>Puts a progress record together: the subscriptions first, then what stands before and behind them. Can be used again.</summary>
internal sealed class ProgressWriter
{
    private readonly RecordWriter _part = new(), _parts = new();
    private readonly List<(int Number, int Length)> _states = [];

    /// <summary>What is saved of the next subscription goes here, until <see cref="EndState"/>.</summary>
    public RecordWriter State => _part;

    public void EndState(int number)
    {
        _states.Add((number, _part.Length));
        ProgressRecord.WritePart(_parts, _part.Written);
        _part.Clear();
    }

    /// <param name="head">Without the subscriptions, which are added here.</param>
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

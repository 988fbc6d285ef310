using System.Buffers;

namespace Herald.Server.Publishing;

/// <summary>
/// Memory for bytes that live as long as one request, such as unescaped or decoded fields. Spans that it has returned never move. All of it
/// is released at once.
/// </summary>
internal sealed class Scratch
{
    private const int FirstBlock = 4096;
    private readonly byte[] _first = new byte[FirstBlock];
    private readonly List<byte[]> _rented = [];
    private byte[] _current;
    private int _used;

    public Scratch() => _current = _first;

    public Span<byte> Take(int length)
    {
        if (_current.Length - _used < length)
        {
            _current = ArrayPool<byte>.Shared.Rent(Math.Max(length, FirstBlock * 4));
            _rented.Add(_current);
            _used = 0;
        }
        var taken = _current.AsSpan(_used, length);
        _used += length;
        return taken;
    }

    public void Reset()
    {
        foreach (var block in _rented)
            ArrayPool<byte>.Shared.Return(block);
        _rented.Clear();
        (_current, _used) = (_first, 0);
    }
}

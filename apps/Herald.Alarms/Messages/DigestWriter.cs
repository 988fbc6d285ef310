using Herald.Alarms.Records;
using Herald.Alarms.Users;

namespace Herald.Alarms.Messages;

/// <summary>
/// Writes an <c>AlarmDigest</c>: <c>{"UserID","ActiveAlarms":[{"AlarmID","Status","LatestChangedAt"}]}</c>, without spaces and without
/// unnecessary escapes. A digest that would be too long becomes several.
/// </summary>
/// <remarks>One instance writes many digests.</remarks>
internal sealed class DigestWriter(int maxBytes)
{
    private readonly ByteWriter _head = new(), _entries = new(), _part = new();
    private readonly List<int> _ends = [];
    private int _next;

    private static ReadOnlySpan<byte> Tail => "]}"u8;

    /// <summary>All alarms fit into one digest.</summary>
    public bool IsWhole { get; private set; }

    public void Begin(ReadOnlySpan<byte> user, IReadOnlyList<AlarmEntry> alarms)
    {
        _head.Clear();
        _entries.Clear();
        _ends.Clear();
        _next = 0;
        _head.Bytes("{\"UserID\":"u8);
        PutText(_head, user);
        _head.Bytes(",\"ActiveAlarms\":["u8);
        for (var i = 0; i < alarms.Count; i++)
        {
            PutEntry(alarms[i]);
            _ends.Add(_entries.Length);
        }
        // Commas separate the entries.
        IsWhole = _head.Length + _entries.Length + Math.Max(0, alarms.Count - 1) + Tail.Length <= maxBytes;
    }

    /// <summary>
    /// Returns the next digest, lent until the next call. There is a first digest even without entries. False after the last one.
    /// </summary>
    public bool TryTake(out ReadOnlySpan<byte> digest)
    {
        digest = default;
        if (_next > 0 && _next >= _ends.Count)
            return false;
        _part.Clear();
        _part.Bytes(_head.Written);
        var first = _next;
        for (; _next < _ends.Count; _next++)
        {
            var entry = _entries.Written[(_next == 0 ? 0 : _ends[_next - 1]).._ends[_next]];
            // A first entry is always taken: the smallest maximum that can be set has room for any entry.
            if (_next > first && _part.Length + 1 + entry.Length + Tail.Length > maxBytes)
                break;
            if (_next > first)
                _part.Byte((byte)',');
            _part.Bytes(entry);
        }
        _next = Math.Max(_next, 1);
        _part.Bytes(Tail);
        digest = _part.Written;
        return true;
    }

    private void PutEntry(in AlarmEntry alarm)
    {
        Span<byte> time = stackalloc byte[ChangedAt.LongestText];
        _entries.Bytes("{\"AlarmID\":"u8);
        PutText(_entries, alarm.Id.Span);
        _entries.Bytes(",\"Status\":\""u8);
        _entries.Bytes(AlarmStatusText.Utf8Of(alarm.Status));
        _entries.Bytes("\",\"LatestChangedAt\":\""u8);
        _entries.Bytes(time[..alarm.ChangedAt.Write(time)]);
        _entries.Bytes("\"}"u8);
    }

    private static void PutText(ByteWriter into, ReadOnlySpan<byte> text)
    {
        into.Byte((byte)'"');
        while (NextEscape(text) is >= 0 and var at)
        {
            into.Bytes(text[..at]);
            PutEscape(into, text[at]);
            text = text[(at + 1)..];
        }
        into.Bytes(text);
        into.Byte((byte)'"');
    }

    private static int NextEscape(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < 0x20 or (byte)'"' or (byte)'\\')
                return i;
        }
        return -1;
    }

    private static void PutEscape(ByteWriter into, byte one)
    {
        into.Byte((byte)'\\');
        switch (one)
        {
            case (byte)'"' or (byte)'\\':
                into.Byte(one);
                break;
            case (byte)'\n':
                into.Byte((byte)'n');
                break;
            case (byte)'\r':
                into.Byte((byte)'r');
                break;
            case (byte)'\t':
                into.Byte((byte)'t');
                break;
            default:
                into.Bytes("u00"u8);
                into.Byte((byte)('0' + (one >> 4)));
                into.Byte("0123456789abcdef"u8[one & 0xF]);
                break;
        }
    }
}

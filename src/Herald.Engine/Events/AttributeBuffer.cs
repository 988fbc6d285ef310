using System.Buffers.Binary;
using System.Text.Unicode;
using Herald.Engine.Basics;

namespace Herald.Engine.Events;

/// <summary>
/// Collects the attributes of one event and returns them in the record's encoding, sorted by name. One buffer serves many events.
/// </summary>
public sealed class AttributeBuffer
{
    private readonly byte[] _bytes = new byte[IntakeOptions.MaxAttributeBytes + (4 * IntakeOptions.MaxAttributes)];
    private readonly byte[] _sorted = new byte[IntakeOptions.MaxAttributeBytes + (4 * IntakeOptions.MaxAttributes)];
    private readonly (int Start, int Name, int Value)[] _pairs = new (int, int, int)[IntakeOptions.MaxAttributes];
    private int _used;

    public int Count { get; private set; }

    public void Clear() => (_used, Count) = (0, 0);

    public FieldProblem? Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.Length > 255)
            return FieldProblem.Of("/attributes", name, "An attribute's name has 1 to 255 bytes.");
        // Two different names that are not valid UTF-8 could become the same text.
        if (!Utf8.IsValid(name) || !Utf8.IsValid(value))
            return FieldProblem.Of("/attributes", name, "Names and values of attributes must be valid UTF-8.");
        if (Count == _pairs.Length)
            return FieldProblem.Of("/attributes", name, $"An event has at most {IntakeOptions.MaxAttributes} attributes.");
        if (_used - (4 * Count) + name.Length + value.Length > IntakeOptions.MaxAttributeBytes)
            return FieldProblem.Of(
                "/attributes", name,
                $"The names and values of all attributes together have at most {IntakeOptions.MaxAttributeBytes} bytes.");
        for (var i = 0; i < Count; i++)
        {
            if (NameOf(_pairs[i]).SequenceEqual(name))
                return FieldProblem.Of("/attributes", name, "Give each attribute only once.");
        }
        _pairs[Count++] = (_used, name.Length, value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_used), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_used + 2), (ushort)value.Length);
        name.CopyTo(_bytes.AsSpan(_used + 4));
        value.CopyTo(_bytes.AsSpan(_used + 4 + name.Length));
        _used += 4 + name.Length + value.Length;
        return null;
    }

    internal ReadOnlySpan<byte> Encoded()
    {
        if (Count < 2)
            return _bytes.AsSpan(0, _used);
        // Insertion sort: attributes are few and nearly always given in order.
        for (var i = 1; i < Count; i++)
        {
            for (var j = i; j > 0 && NameOf(_pairs[j]).SequenceCompareTo(NameOf(_pairs[j - 1])) < 0; j--)
                (_pairs[j], _pairs[j - 1]) = (_pairs[j - 1], _pairs[j]);
        }
        var to = 0;
        foreach (var (start, name, value) in _pairs.AsSpan(0, Count))
        {
            var length = 4 + name + value;
            _bytes.AsSpan(start, length).CopyTo(_sorted.AsSpan(to));
            to += length;
        }
        return _sorted.AsSpan(0, to);
    }

    /// <summary>Replaces the content by the attributes of another event.</summary>
    public void CopyFrom(EventView view)
    {
        Clear();
        foreach (var (name, value) in view)
            _ = Add(name, value); // Cannot fail: they were within the bounds when that event was accepted.
    }

    private ReadOnlySpan<byte> NameOf((int Start, int Name, int Value) pair) => _bytes.AsSpan(pair.Start + 4, pair.Name);
}

namespace Herald.Engine.Events;

/// <summary>One attribute of an event, as UTF-8 in the event's record.</summary>
public readonly ref struct AttributePair(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    public readonly ReadOnlySpan<byte> Name = name;
    public readonly ReadOnlySpan<byte> Value = value;

    public void Deconstruct(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = Name;
        value = Value;
    }
}

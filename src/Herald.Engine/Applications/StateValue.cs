using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.Engine.Applications;

/// <summary>
/// The stored form of a value of application state, the same in every store. The first byte is the form: 0, then the plain value; or 1, then
/// the id of the key (u32) and the value encrypted with it. No key is known yet, so only plain values are written and read.
/// </summary>
public static class StateValue
{
    private const byte PlainForm = 0, EncryptedForm = 1;

    /// <summary>Bytes of the stored form; 0 for a value that is removed.</summary>
    internal static int LengthOf(ReadOnlyMemory<byte>? value) => value is { } there ? 1 + there.Length : 0;

    public static byte[] Store(ReadOnlySpan<byte> value)
    {
        var stored = GC.AllocateUninitializedArray<byte>(1 + value.Length);
        stored[0] = PlainForm;
        value.CopyTo(stored.AsSpan(1));
        return stored;
    }

    /// <exception cref="UnknownKeyException">The value is encrypted with a key that is not known here.</exception>
    /// <exception cref="InvalidDataException">The bytes are not a stored value.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> stored) => stored.Span switch
    {
        [PlainForm, ..] => stored[1..],
        [EncryptedForm, _, _, _, _, ..] => throw new UnknownKeyException(BinaryPrimitives.ReadInt32LittleEndian(stored.Span[1..])),
        _ => throw new InvalidDataException("A value of application state has an unknown form."),
    };
}

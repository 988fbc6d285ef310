using System.Buffers.Binary;
using Herald.Engine.Events;

namespace Herald.Engine.Tests.Events;

/// <summary>Makes records with a key id. Nothing in Herald encrypts yet, so the payload stays what it was.</summary>
internal static class EncryptedRecord
{
    public static byte[] Of(ReadOnlySpan<byte> plain, int keyId)
    {
        byte[] record = [.. plain, 0, 0, 0, 0];
        record[0] = EventView.EncryptedFormat;
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(plain.Length), keyId);
        return record;
    }
}

namespace Herald.Engine.Transfer;

/// <summary>The format of a store in one file.</summary>
/// <remarks>
/// Numbers are little endian; texts are UTF-8 after their length. Checksums are CRC-32C.
/// Header, 24 bytes: magic, format, length of the shape, its checksum, checksum of the header; then the shape.
/// Frames, with a header of 24 bytes: magic, section, number of items, length of the items, their checksum, checksum of the header;
/// then the items.
/// The last frame is <see cref="MoveSection.End"/>, with the counts of all sections; nothing follows it.
/// </remarks>
internal static class ExportFile
{
    public const int Format = 3;

    public const ulong Magic = 0x315058454C415248; // "HRALEXP1"
    public const uint FrameMagic = 0x4D525848; // "HXRM"
    public const int HeaderLength = 24, ChecksumAt = 20;

    /// <summary>A frame ends when it has grown to this size. One large item makes a larger frame.</summary>
    public const int UsualFrame = 1 << 20;

    /// <summary>No item of a store is larger.</summary>
    public const int MaxFrame = 600 << 20;
}

namespace Herald.Journal.Files;

/// <summary>An open file. Any thread can read it, also while it is written.</summary>
internal interface IJournalFile : IDisposable
{
    string Path { get; }
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <exception cref="ObjectDisposedException">The file was removed meanwhile.</exception>
    int Read(Span<byte> into, long offset);

    /// <summary>Writes all bytes, or throws. After an exception the contents of the range are unknown.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>
    /// Reserves disk space for the range, so that writing to it cannot run out of space. Returns false when there is none.
    /// </summary>
    bool TryAllocate(long offset, long length);

    /// <summary>
    /// Gives the whole blocks of the range back to the file system; they then read as zeros. Returns false when the file system cannot do
    /// that.
    /// </summary>
    bool TryFree(long offset, long length);

    void Truncate(long length);

    /// <summary>Makes data and length durable. A failure is final: a second call does not write what the kernel has dropped.</summary>
    void Sync();
}

namespace Herald.Journal.Files;

/// <summary>An open file. Reads may come from any thread, also while it is written.</summary>
internal interface IJournalFile : IDisposable
{
    string Path { get; }
    long Length { get; }

    /// <summary>Reads until the buffer or the file ends.</summary>
    /// <exception cref="ObjectDisposedException">The file was removed meanwhile.</exception>
    int Read(Span<byte> into, long offset);

    /// <summary>Writes all of it, or throws; after a throw nothing is known about the range.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes sure that the range can be written without running out of space; false when it cannot.</summary>
    bool TryAllocate(long offset, long length);

    /// <summary>Gives the range back to the file system, whole blocks of it: it reads as zeros then. False when the file system cannot.</summary>
    bool TryFree(long offset, long length);

    void Truncate(long length);

    /// <summary>Data and length are durable. A failure is final: what the kernel dropped, a second call would not bring back.</summary>
    void Sync();
}

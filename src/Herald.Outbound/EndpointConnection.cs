namespace Herald.Outbound;

/// <summary>
/// A connection for HTTP/1, above TLS. The HTTP handler does not say whether a request went over a used connection, and uses a connection
/// again after an answer in HTTP/1.0, although its server closes it. So this stream watches the turns of requests and answers, and throws a
/// <see cref="StaleConnectionException"/> when a further request meets the end of the connection. An end that comes later is another thing:
/// the endpoint has begun to work on the request, and failed.
/// </summary>
internal sealed class EndpointConnection(Stream inner, TimeProvider time) : Stream
{
    private static readonly byte[] Old = [.. "HTTP/1.0"u8];

    // A request and the news that the connection has ended pass each other within one way to the endpoint and back.
    private static readonly TimeSpan LongestCrossing = TimeSpan.FromSeconds(1);

    // The handler can read ahead while it writes.
    private volatile bool _asked;
    private volatile bool _hasEnded;
    private long _askedAt;
    private volatile int _answers;

    // How many bytes of the first answer were compared, and the result.
    private int _compared;
    private volatile bool _isOld;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>A request went out after an earlier one was answered, and nothing has come back yet.</summary>
    private bool IsFurtherRequest =>
        _asked && _answers > 0 && time.GetElapsedTime(Volatile.Read(ref _askedAt)) <= LongestCrossing;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (IsFurtherRequest)
        {
            throw new StaleConnectionException("a connection that was used again has ended", failure);
        }
        if (read > 0)
            Take(buffer.Span[..read]);
        else if (buffer.Length > 0)
        {
            if (IsFurtherRequest)
                throw new StaleConnectionException("a connection that was used again was closed");
            _hasEnded = true;
        }
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOld && !_asked)
            throw new StaleConnectionException("the answer before was in HTTP/1.0, which ends the connection") { IsUnsent = true };
        // The handler reads ahead when it takes a connection from its pool. The end can arrive between that and the request.
        if (_hasEnded && !_asked && _answers > 0)
            throw new StaleConnectionException("a connection that was used again was closed") { IsUnsent = true };
        if (!_asked)
            Volatile.Write(ref _askedAt, time.GetTimestamp());
        _asked = true;
        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (IsFurtherRequest)
        {
            throw new StaleConnectionException("a connection that was used again has ended", failure);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    // The handler awaits everything. So these would be calls past the watch.
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() => inner.Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_asked)
        {
            _asked = false;
            _answers++;
        }
        // A server has one version. So the beginning of its first answer tells, even if the bytes arrive one by one.
        foreach (var one in bytes)
        {
            if (_compared == Old.Length)
                return;
            if (one == Old[_compared])
                _isOld = ++_compared == Old.Length;
            else
                _compared = Old.Length;
        }
    }
}

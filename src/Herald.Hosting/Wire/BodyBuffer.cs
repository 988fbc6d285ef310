using System.Buffers;
using System.IO.Pipelines;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Http;

namespace Herald.Hosting.Wire;

/// <summary>
/// One request's body in one piece. If Kestrel already has it in one piece, it is lent without a copy. A longer body is collected in a
/// rented array, counted in the request's share of the budget.
/// </summary>
/// <remarks>Dispose it when nothing points into it any more. The owner of the share releases the share.</remarks>
public struct BodyBuffer(BodyShare share) : IDisposable
{
    private PipeReader? _lender;
    private SequencePosition _end;
    private byte[]? _rented;

    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <returns>The body, or the reason why it cannot be read.</returns>
    public static async ValueTask<(BodyBuffer Body, Problem? Problem)> ReadAsync(HttpRequest request, BodyShare share, int limit)
    {
        var body = new BodyBuffer(share);
        if (request.ContentLength > limit)
            return (body, TooLarge(limit));
        var reader = request.BodyReader;
        try
        {
            var read = await reader.ReadAsync();
            if (read.IsCompleted && read.Buffer.IsSingleSegment)
            {
                (body._lender, body._end, body.Bytes) = (reader, read.Buffer.End, read.Buffer.First);
                return (body, null);
            }

            var expected = (int)(request.ContentLength ?? Math.Min(limit, Math.Max(read.Buffer.Length, 1 << 16)));
            if (!body.TryRent(expected))
            {
                reader.AdvanceTo(read.Buffer.End); // The bytes that were read must be consumed, or the connection ends with the answer.
                return (body, BodyShare.Busy());
            }
            var length = 0;
            while (true)
            {
                var arrived = (int)Math.Min(read.Buffer.Length, int.MaxValue);
                if (length + (long)arrived > limit)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    body.Dispose();
                    return (body, TooLarge(limit));
                }
                if (length + arrived > body._rented!.Length && !body.TryGrow(length, Math.Min(limit, Math.Max(length + arrived, 2 * length))))
                {
                    reader.AdvanceTo(read.Buffer.End);
                    body.Dispose();
                    return (body, BodyShare.Busy());
                }
                read.Buffer.CopyTo(body._rented.AsSpan(length));
                length += arrived;
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
                read = await reader.ReadAsync();
            }
            body.Bytes = body._rented.AsMemory(0, length);
            return (body, null);
        }
        catch
        {
            // The sender has gone, is too slow, or breaks a rule of HTTP. The caller receives no body that it could dispose.
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _lender?.AdvanceTo(_end);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        (_lender, _rented, Bytes) = (null, null, default);
    }

    private bool TryRent(int size)
    {
        if (!share.TryHold(size))
            return false;
        _rented = ArrayPool<byte>.Shared.Rent(size);
        return true;
    }

    private bool TryGrow(int used, int size)
    {
        var smaller = _rented!;
        // Both arrays are held while one is copied into the other.
        if (!share.TryHold((long)smaller.Length + size))
            return false;
        _rented = ArrayPool<byte>.Shared.Rent(size);
        smaller.AsSpan(0, used).CopyTo(_rented);
        ArrayPool<byte>.Shared.Return(smaller);
        return share.TryHold(size);
    }

    private static Problem TooLarge(int limit) => new(ProblemKind.BodyTooLarge, $"The body must have at most {limit} bytes.");
}

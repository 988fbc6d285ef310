using System.Globalization;
using Herald.Journal.Checkpoints;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.Recovery;

/// <summary>
/// Checks the part of the log that opening did not read, slowly and in the background. It reports damage and changes nothing: the events
/// around the damage are intact, and only an operator can decide whether to restore a backup.
/// </summary>
internal sealed class Scrubber(SegmentLog segments, CheckpointPosition until, TimeProvider time, Action<string> notice)
{
    private const int PieceBytes = 1 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private long _damaged;

    public long Damaged => Volatile.Read(ref _damaged);

    /// <summary>Makes one pass, then ends.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var all = segments.All.Where(s => s.Number <= until.Segment).ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            var last = i + 1 < all.Length ? all[i + 1].FirstFrame : until.NextFrame;
            try
            {
                await CheckAsync(all[i], last, cancel).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // Retention removed the segment, or the journal is closing.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException failure)
            {
                Tell($"'{all[i].File.Path}' cannot be checked: {failure.Message}");
            }
        }
    }

    private async Task CheckAsync(Segment segment, ulong lastFrame, CancellationToken cancel)
    {
        var reader = new FrameReader(segment.File, SegmentHeader.Length, segment.FirstFrame);
        for (var rested = reader.Offset; reader.NextNumber < lastFrame;)
        {
            if (!reader.MoveNext())
            {
                Tell(string.Create(CultureInfo.InvariantCulture,
                    $"'{segment.File.Path}' is damaged at offset {reader.Offset}: frame {reader.NextNumber} does not match its "
                        + $"checksum. Restore the journal from a backup."));
                if (!reader.TryPassDamaged())
                    return;
            }
            if (reader.Offset - rested < PieceBytes)
                continue;
            rested = reader.Offset;
            await Task.Delay(Pause, time, cancel).ConfigureAwait(false);
        }
    }

    private void Tell(string line)
    {
        Volatile.Write(ref _damaged, _damaged + 1);
        notice(line);
    }
}

using System.Buffers;
using System.Text;

namespace Herald.Outbound;

/// <summary>Reads the beginning of the body of an answer.</summary>
internal static class AnswerBody
{
    /// <summary>
    /// The status has arrived, so a body that breaks off or never ends is cut and changes nothing.
    /// </summary>
    /// <param name="deadline">Ends the reading.</param>
    /// <param name="patience">The time for what of the body has not arrived with the head, when this is less than the deadline's.</param>
    public static async ValueTask<(string Text, bool IsWhole)> ReadAsync(
        HttpResponseMessage response, int most, CancellationTokenSource deadline, TimeSpan? patience)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        var (length, isWhole) = (0, false);
        try
        {
            var body = response.Content.ReadAsStream(deadline.Token);
            while (length < most && !isWhole)
            {
                var reading = body.ReadAsync(buffer.AsMemory(length, most - length), deadline.Token);
                if (patience is { } some && !reading.IsCompleted)
                {
                    deadline.CancelAfter(some);
                    patience = null;
                }
                var read = await reading.ConfigureAwait(false);
                isWhole = read == 0;
                length += read;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
        }
        isWhole = isWhole || response.Content.Headers.ContentLength == length;

        // Databases refuse text that contains a zero character.
        var text = length == 0 ? "" : Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD');
        ArrayPool<byte>.Shared.Return(buffer);
        return (text, isWhole);
    }
}

using System.Buffers;
using System.Text;

namespace Herald.Outbound;

/// <summary>Reads the beginning of the body of an answer.</summary>
internal static class AnswerBody
{
    /// <summary>
    /// The status has already decided the result, so a body that breaks off or never ends is cut and changes nothing.
    /// </summary>
    public static async ValueTask<(string Text, bool IsWhole)> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        var (length, isWhole) = (0, false);
        try
        {
            var body = response.Content.ReadAsStream(cancel);
            while (length < most && !isWhole)
            {
                var read = await body.ReadAsync(buffer.AsMemory(length, most - length), cancel).ConfigureAwait(false);
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

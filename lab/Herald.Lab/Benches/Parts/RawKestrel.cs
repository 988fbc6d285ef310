using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Benches.Parts;

/// <summary>Reads every body to its end and answers 202 with a fixed number of bytes. It measures the cost of HTTP alone.</summary>
internal sealed class RawKestrel(int answerBytes) : IHttpApplication<IFeatureCollection>
{
    private readonly byte[] _answer = AnswerOf(answerBytes);

    /// <summary>A JSON text of the given length.</summary>
    public static byte[] AnswerOf(int bytes)
    {
        var answer = new byte[Math.Max(2, bytes)];
        answer.AsSpan().Fill((byte)'a');
        answer[0] = answer[^1] = (byte)'"';
        return answer;
    }

    /// <summary>Writes head and body in one write.</summary>
    public static async Task AcceptAsync(IFeatureCollection context, byte[] answer)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = 202;
        response.Headers.ContentType = "application/json";
        response.Headers.ContentLength = answer.Length;
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(answer);
    }

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var body = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        while (true)
        {
            var read = await body.ReadAsync();
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        await AcceptAsync(context, _answer);
    }
}

namespace Herald.Nats.JetStream;

internal sealed record ApiError
{
    public int Code { get; set; }
    public int ErrCode { get; set; }
    public string Description { get; set; } = "";
}

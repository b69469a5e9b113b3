namespace Agent.Executor.Service.Tools;

/// <summary>Whether a request that failed may have arrived.</summary>
static class SentRequest
{
    /// <summary>False only where no connection came about, so that nothing was sent.</summary>
    public static bool MayHaveArrived(HttpRequestException failure) => failure.HttpRequestError
        is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError);
}

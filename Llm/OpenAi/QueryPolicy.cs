using System.ClientModel.Primitives;

namespace Agent.Llm.OpenAi;

/// <summary>Gives each request what a server in Azure's style wants: the query of the base address, and the key as a header of its own.</summary>
sealed class QueryPolicy(ModelServer server) : PipelinePolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Complete(message.Request);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Complete(message.Request);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    void Complete(PipelineRequest request)
    {
        request.Uri = new UriBuilder(request.Uri!) { Query = server.BaseUrl.Query }.Uri;
        if (server.Key is { } key)
        {
            request.Headers.Set(ModelServer.KeyHeader, key);
        }
    }
}

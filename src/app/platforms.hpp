#pragma once

#include <string>

#include "app/settings.hpp"
#include "core/result.hpp"

namespace pelton::app {

/// Takes what the platform that started the program asks of it, after everything else has been said: a host and a
/// port, where to find models, and routes. Where host or port, or models, are given, those count.
///
/// Vertex AI is known by AIP_HTTP_PORT, AIP_PREDICT_ROUTE or AIP_HEALTH_ROUTE; AIP_STORAGE_URI is a local path.
/// SageMaker is known by its folder (SAGEMAKER_BASE_DIR, /opt/ml), where there is nothing else to serve;
/// SAGEMAKER_BIND_TO_PORT and SAGEMAKER_MULTI_MODEL are taken. Both isolate the container, so the program listens
/// on all its addresses. The error names the variable.
core::Result<void> take_platform(Settings& settings);

}  // namespace pelton::app

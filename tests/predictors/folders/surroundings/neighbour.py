NAME = "beside the predictor"
